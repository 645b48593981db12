/**
 * Credentials of AWS.
 */
export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** of credentials that end. */
  readonly sessionToken?: string;
  /** when they end: a provider is asked anew before. */
  readonly expiration?: Date;
}

/**
 * Answers credentials, as the providers of the AWS SDK for JavaScript do. It is asked again when they end.
 */
export type AwsCredentialsProvider = () => Promise<AwsCredentials>;

/**
 * With which rights, and where, AWS is asked.
 */
export interface AwsAccess {
  /**
   * The region of the platform.
   *
   * @default - as for the AWS command line: `AWS_REGION`, or the profile's
   */
  readonly region?: string;
  /**
   * @default - as for the AWS command line: the environment, the profile, single sign-on, the container or the instance
   */
  readonly credentials?: AwsCredentials | AwsCredentialsProvider;
}
