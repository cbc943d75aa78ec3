import { DEFAULT_HEALTH, DEFAULT_UPSTREAM } from '../route-defaults.js';
import { closed, described, durationBy, FILE, ORIGIN, PREFIX, STRING, wholeNumber } from './schema-terms.js';

const TLS = {
  ...closed({
    ca_file: described(
      FILE,
      'Who signs the certificates of the targets. Default: the authorities of the system',
    ),
    cert_file: described(FILE, 'The certificate that this gateway shows'),
    key_file: described(FILE, 'Its private key, not encrypted'),
    server_name: {
      type: STRING,
      pattern:
        '^(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?([.][A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$',
      title: 'a host name',
      description:
        'The name that the certificates of the targets must have. Default: the host of each target',
    },
  }),
  minProperties: 1,
  dependentRequired: { cert_file: ['key_file'], key_file: ['cert_file'] },
  description: 'Certificates are always verified; what can be said is by whom',
};

/** The long form of an upstream. */
export const UPSTREAM = closed(
  {
    targets: {
      type: 'array',
      minItems: 1,
      maxItems: 64,
      uniqueItems: true,
      items: ORIGIN,
      description: 'Origins, each as good as the others',
    },
    strip_prefix: described(PREFIX, 'Taken off the front of the path; literal segments of it'),
    add_prefix: described(PREFIX, 'Put in front of the path, after strip_prefix'),
    tls: TLS,
    max_in_flight: described(
      { ...wholeNumber(1, 100_000), default: DEFAULT_UPSTREAM.maxInFlight },
      'Requests in flight to one target',
    ),
    breaker: {
      ...closed({
        failures: described(
          { ...wholeNumber(1, 1_000), default: DEFAULT_UPSTREAM.breaker.failures },
          'Failures in a row that open the circuit',
        ),
        open: described(
          durationBy(DEFAULT_UPSTREAM.breaker.openMs),
          'How long it stays open before one request tries again',
        ),
      }),
      description: 'Circuit breaker of each target',
    },
    health: {
      ...closed(
        {
          path: {
            type: STRING,
            pattern: '^/',
            title: 'a path such as /health/ready',
            description: 'Asked with GET; anything but 2xx takes the target out of the choice',
          },
          interval: durationBy(DEFAULT_HEALTH.intervalMs),
          timeout: durationBy(DEFAULT_HEALTH.timeoutMs),
        },
        ['path'],
      ),
      description: 'Without it a target is taken for healthy until its circuit opens',
    },
  },
  ['targets'],
);
