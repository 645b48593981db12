/**
 * What a Git host is shown with a request: the value of the Authorization header, or nothing for public repositories.
 *
 * It is asked for each request anew, because some values hold for some minutes only.
 */
export type GitAuthorization = () => Promise<string | undefined>;

// accepted as user name of a token by GitHub, GitLab and Bitbucket alike; Bitbucket takes no other for access tokens
// (https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/).
const TOKEN_USER = 'x-token-auth';

export const noAuthorization: GitAuthorization = async () => undefined;

export function tokenAuthorization(token: string): GitAuthorization {
  return async () => basic(TOKEN_USER, token);
}

/**
 * HTTP's basic authentication. The user name must hold no colon.
 */
export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
