// The arrows of docs/architecture.md. Each rule's comment says what to do instead; test/architecture/boundaries.spec.ts
// holds, for every rule, an import that it must refuse.
const npm = (/** @type {string} */ names) => `(^|/)node_modules/(${names})(/|$)`;
const NOT_A_SPEC = '[.]spec[.]ts$';

/** Which modules a module may import, through their index.ts. No arrow points up. */
const MAY_IMPORT = {
  auth: ['clients', 'tokens', 'directory', 'access'],
  gateway: ['access'],
  resources: ['access'],
  clients: ['access'],
  users: ['directory', 'access'],
  tokens: ['access'],
  access: [],
  directory: [],
};
const MODULES = Object.keys(MAY_IMPORT).join('|');

const moduleGraph = Object.entries(MAY_IMPORT).map(([from, to]) => ({
  name: `module-graph-${from}`,
  comment: `${from} may import ${to.join(', ') || 'no other module'}. Declare a port and bind it in app.ports.ts.`,
  severity: 'error',
  from: { path: `^src/modules/${from}/` },
  to: { path: '^src/modules/', pathNot: `^src/modules/(${[from, ...to].join('|')})/` },
}));

/** Which other folders of src/platform/ a foundation may import. None of them knows HTTP. */
const PLATFORM_MAY_IMPORT = {
  counters: ['clock', 'crypto', 'redis'],
  events: ['logging'],
  jobs: ['database', 'logging'],
};

const platformGraph = Object.entries(PLATFORM_MAY_IMPORT).map(([from, to]) => ({
  name: `platform-graph-${from}`,
  comment: `platform/${from} may import ${to.join(', ')} of the platform. Pass in what else it needs.`,
  severity: 'error',
  from: { path: `^src/platform/${from}/`, pathNot: NOT_A_SPEC },
  to: { path: '^src/', pathNot: `^src/(config|protocol|platform/(${[from, ...to].join('|')}))/` },
}));

export default {
  forbidden: [
    ...moduleGraph,
    ...platformGraph,
    {
      name: 'known-modules-only',
      comment: 'Give the new module its line in MAY_IMPORT and in docs/architecture.md first.',
      severity: 'error',
      from: { path: '^src/modules/', pathNot: `^src/modules/(${MODULES})/` },
      to: {},
    },
    {
      name: 'module-surface-is-index',
      comment: 'Import another module through its index.ts, or widen that.',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: { path: '^src/modules/', pathNot: ['^src/modules/$1/', '^src/modules/[^/]+/index[.]ts$'] },
    },
    {
      name: 'module-surface-is-index-from-outside',
      comment: 'From outside the modules, only their index.ts.',
      severity: 'error',
      from: { path: '^(src/(?!modules/)|ormconfig[.]ts)' },
      to: { path: '^src/modules/', pathNot: '^src/modules/[^/]+/index[.]ts$' },
    },
    {
      name: 'protocol-is-pure',
      comment: 'src/protocol is vocabulary of the RFCs: no framework, no Node API, no I/O.',
      severity: 'error',
      from: { path: '^src/protocol/', pathNot: NOT_A_SPEC },
      to: { pathNot: '^src/protocol/' },
    },
    {
      name: 'platform-knows-no-module',
      comment:
        'Platform code serves every module, so it knows none. Move the code into the module, or declare a port.',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(modules/|[^/]+[.]ts$)' },
    },
    {
      name: 'config-knows-only-protocol',
      comment: 'The configuration is read before anything else exists.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: '^src/(config|protocol)/' },
    },
    {
      name: 'inside-knows-no-outside',
      comment:
        'http/ and persistence/ are the outside of a module; its inside declares an abstract class instead.',
      severity: 'error',
      from: { path: '^src/modules/[^/]+/(?!http/|persistence/|index[.]ts|[^/]+[.]module[.]ts)' },
      to: {
        path: [
          '^src/modules/[^/]+/(http|persistence)/',
          npm(
            'typeorm|pg|fastify|@fastify/.*|@nestjs/passport|@nestjs/platform-fastify|@nestjs/swagger|passport.*',
          ),
        ],
      },
    },
    {
      name: 'http-and-persistence-are-strangers',
      comment: 'A controller asks the inside of its module; it never sees a table.',
      severity: 'error',
      from: { path: '^src/modules/[^/]+/(http|persistence)/' },
      to: { path: '^src/modules/[^/]+/(http|persistence)/', pathNot: '^src/modules/[^/]+/$1/' },
    },
    {
      name: 'typeorm-stays-in-persistence',
      comment: 'TypeORM and pg are for persistence/, src/platform/database/ and ormconfig.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(modules/[^/]+/persistence/|platform/database/)' },
      to: { path: npm('typeorm|pg|@electric-sql/pglite') },
    },
    {
      name: 'tokens-have-two-doors',
      comment: 'Tokens are signed in modules/tokens and verified in modules/access, nowhere else.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/modules/(tokens|access)/' },
      // Types are free: the key set that is published is a type of jose.
      to: { path: npm('jose|jsonwebtoken|@nestjs/jwt'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'password-hashing-has-one-door',
      comment: 'Passwords are hashed and compared in users/passwords/schemes alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/modules/users/passwords/schemes/' },
      to: { path: npm('@node-rs/.*') },
    },
    {
      name: 'guesses-have-one-door',
      comment: 'How easily a password is guessed is estimated in users/passwords/guess-estimate.ts alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/modules/users/passwords/guess-estimate[.]ts$', NOT_A_SPEC] },
      to: { path: npm('@zxcvbn-ts/.*') },
    },
    {
      name: 'guesses-load-on-first-use',
      comment: 'Import it dynamically: most processes never need the dictionaries.',
      severity: 'error',
      from: { path: '^src/', pathNot: NOT_A_SPEC },
      to: { path: npm('@zxcvbn-ts/.*'), dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'redis-has-one-door',
      comment: 'Redis is asked through RedisConnection of src/platform/redis alone.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/redis/' },
      to: { path: npm('@redis/.*|redis|ioredis') },
    },
    {
      name: 'events-are-published-after-commit',
      comment:
        'Transactions are in persistence/ and src/platform/database/. Publish where the store has returned.',
      severity: 'error',
      from: { path: '^src/(modules/[^/]+/persistence/|platform/database/)' },
      to: { path: '^src/platform/events/' },
    },
    {
      name: 'job-times-have-one-door',
      comment: 'Recurring work is a job of src/platform/jobs, which runs on one instance at a time.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/jobs/' },
      to: { path: npm('croner|cron|node-cron|@nestjs/schedule') },
    },
    {
      name: 'redis-loads-on-first-use',
      comment: 'Import dynamically what loads the client: most processes have no Redis.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [NOT_A_SPEC, '^src/platform/counters/(consume-script|redis-window-counters)[.]ts$'],
      },
      to: {
        path: '^src/platform/(redis/redis-(connection|script)|counters/(consume-script|redis-window-counters))[.]ts$',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'outgoing-http-has-four-doors',
      comment:
        'Other servers are asked through the upstreams, the directory, the keys and the documents alone: each has its bounds of ' +
        'time, size and TLS. Nor through the global fetch, which .oxlintrc.json refuses.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: [
          NOT_A_SPEC,
          '^src/platform/http-client/undici[.]ts$',
          '^src/modules/(access/assertions|directory/remote|gateway/(documents|proxy/targets))/',
        ],
      },
      // Types are free: what reads an answer needs those of its dispatcher.
      to: {
        path: [npm('undici'), '^src/platform/http-client/undici[.]ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'outgoing-http-and-routes-load-on-first-use',
      comment:
        'Use loadUndici, or require inside of a function: the default process needs none of these packages.',
      severity: 'error',
      from: { path: '^src/', pathNot: NOT_A_SPEC },
      to: { path: npm('undici|yaml|ajv'), dependencyTypes: ['import'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'issuance-has-two-entry-points',
      comment: 'Issue tokens through TokenIssuance, or TokenRenewal for a grant that exists.',
      severity: 'error',
      from: {
        path: '^src/modules/auth/',
        pathNot: ['^src/modules/auth/(issuance/|auth[.]module[.]ts$)', NOT_A_SPEC],
      },
      to: {
        path: '^src/modules/auth/issuance/',
        pathNot: '^src/modules/auth/issuance/token-(issuance|renewal)[.]ts$',
      },
    },
    {
      name: 'issuance-knows-no-grant-type',
      comment:
        'Tokens are issued alike for every grant type: the handler decides for whom and with which scope.',
      severity: 'error',
      from: { path: '^src/modules/auth/issuance/' },
      to: { path: '^src/modules/auth/grants/' },
    },
    {
      name: 'no-circular',
      comment: 'Take out what both need, or turn one side into a port.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'Mend the path, or declare the package.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-test-in-production',
      comment: 'What tests need stays in test/.',
      severity: 'error',
      from: { path: '^src/', pathNot: NOT_A_SPEC },
      to: { path: '(^test/|[.]spec[.]ts$)' },
    },
    {
      name: 'declared-dependencies-only',
      comment:
        'Declare the package in package.json: what another package brings along may go with its next version.',
      severity: 'error',
      from: { path: '^(src/|ormconfig[.]ts)' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-dependency',
      comment: 'Declare it under dependencies.',
      severity: 'error',
      from: { path: '^src/', pathNot: NOT_A_SPEC },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      exportsFields: ['exports'],
    },
  },
};
