import { randomBytes } from 'node:crypto';

/**
 * Secrets that are all different, so that one that turns up says where it was taken from.
 */
export class PlantedSecrets {
  private readonly places = new Map<string, string>();

  /** A secret for a place, such as `a tag of a run`. */
  plant(place: string): string {
    const secret = `s${randomBytes(8).toString('hex')}`;
    this.places.set(secret, place);
    return secret;
  }

  /** A secret that there is already. */
  add(place: string, secret: string): void {
    this.places.set(secret, place);
  }

  /** Which of the secrets stand in a text, in clear, in base64 or in hexadecimal digits, by where they were planted. */
  foundIn(text: string): string[] {
    return [...this.places]
      .filter(([secret]) => [secret, ...encodings(secret)].some((form) => text.includes(form)))
      .map(([, place]) => place);
  }
}

// in base64 a text looks different at each of three places, and its ends depend on what stands around it.
function encodings(secret: string): string[] {
  const base64 = [0, 1, 2].map((offset) =>
    Buffer.from(' '.repeat(offset) + secret)
      .toString('base64')
      .slice(offset === 0 ? 0 : 4)
      .replace(/.{0,3}=*$/, ''),
  );
  return [...base64, Buffer.from(secret).toString('hex')];
}
