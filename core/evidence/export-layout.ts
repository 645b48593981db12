/**
 * What lies in the folder of an export: the list of the versions, and beside it a folder with the bytes of each.
 */
export const LIST_FILE = 'export.json';
export const VERSIONS_FOLDER = 'versions';
