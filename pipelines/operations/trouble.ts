/** What an answer of AWS means for somebody who goes on looking. */
export type Trouble = 'throttled' | 'login' | 'unreachable' | 'not-yet' | 'other';

/** Errors by their names, as AWS and the SDK have them. */
const NAMES: ReadonlyArray<readonly [Trouble, RegExp]> = [
  [
    'throttled',
    /Throttl|TooManyRequests|RequestLimitExceeded|LimitExceeded$|SlowDown|ServiceUnavailable|InternalFailure/,
  ],
  [
    'login',
    /ExpiredToken|TokenRefreshRequired|CredentialsProviderError|ProviderError$|UnrecognizedClient|InvalidClientTokenId|SSOTokenExpired|UnauthorizedException|InvalidSignature/,
  ],
  [
    'unreachable',
    /^(TimeoutError|NetworkingError|ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH)$/,
  ],
  ['not-yet', /PipelineExecutionNotFound/],
];

/**
 * What an error means.
 *
 * @param error what a call has thrown
 */
export function troubleOf(error: unknown): Trouble {
  const {
    name = '',
    code = '',
    $metadata,
  } = (error ?? {}) as {
    name?: string;
    code?: string;
    $metadata?: { httpStatusCode?: number };
  };
  const known = NAMES.find(([, pattern]) => pattern.test(name) || pattern.test(code));
  const status = $metadata?.httpStatusCode ?? 0;
  return known?.[0] ?? (status === 429 || status >= 500 ? 'throttled' : 'other');
}

/**
 * Whether AWS says that somebody may not do something.
 *
 * @param error what a call has thrown
 */
export function isRefused(error: unknown): boolean {
  return /AccessDenied|NotAuthorized/.test((error as Error | undefined)?.name ?? '');
}
