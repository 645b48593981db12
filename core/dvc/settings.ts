import { MetafileError } from './metafile-error';
import { requirePlainLines } from './plain-lines';

/**
 * DVC's settings as a data repository holds them: sections with keys, all names in lower case.
 */
export type Settings = ReadonlyMap<string, ReadonlyMap<string, string>>;

const SECTION = /^\[(?:'([^'\]]+)'|"([^"\]]+)"|([^'"[\]]+))\]\s*(?:#.*)?$/;
const SETTING = /^(?:'([^']+)'|"([^"]+)"|([^\s'"=#[\]][^'"=#]*?))\s*=\s*(.*)$/;
const VALUE = /^(?:'([^']*)'|"([^"]*)"|([^'"#]*?))\s*(?:#.*)?$/;
const REMOTE = /^remote "([^"]+)"$/;

/**
 * Reads DVC settings strictly: what could be read in two ways is refused.
 *
 * @param file where the settings are in the data repository
 * @throws MetafileError
 * @see https://dvc.org/doc/user-guide/project-structure/configuration
 */
export function readSettings(file: string, text: string): Settings {
  requirePlainLines(file, text);
  const sections = new Map<string, Map<string, string>>();
  let section: Map<string, string> | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) {
      continue;
    }
    // the line itself is not told: settings may hold passwords of remotes.
    const malformed = (what: string) => new MetafileError('malformed', `${file}, line ${index + 1}: ${what}`);
    const title = firstOf(SECTION.exec(line));
    if (title !== undefined) {
      const name = title.trim().toLowerCase();
      if (sections.has(name)) {
        throw malformed('a section must not come twice');
      }
      section = new Map();
      sections.set(name, section);
      continue;
    }
    const setting = SETTING.exec(line);
    const key = firstOf(setting)?.toLowerCase();
    const value = firstOf(VALUE.exec(setting?.[4] ?? ''));
    // DVC would fill in `%(name)s` from other settings, and ''' begins a value of several lines.
    if (!section || key === undefined || value === undefined || value.includes('%(')) {
      throw malformed('must be a section or a plain setting in one');
    }
    if (section.has(key)) {
      throw malformed('a setting must not come twice');
    }
    section.set(key, value);
  }
  return sections;
}

/**
 * The remotes that settings name.
 */
export function remotesOf(settings: Settings): Map<string, ReadonlyMap<string, string>> {
  const remotes = new Map<string, ReadonlyMap<string, string>>();
  for (const [name, section] of settings) {
    const remote = REMOTE.exec(name)?.[1];
    if (remote !== undefined) {
      remotes.set(remote, section);
    }
  }
  return remotes;
}

function firstOf(match: RegExpExecArray | null): string | undefined {
  return match ? (match[1] ?? match[2] ?? match[3]) : undefined;
}
