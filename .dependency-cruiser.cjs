/**
 * The rules of the house: which part of the sources may import which. `npm run lint:rooms` checks them, and
 * test/architecture proves each one by a violation planted in a copy of `src`.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
module.exports = {
  forbidden: [
    {
      name: 'domain-is-pure',
      comment:
        'What a domain folder decides depends on its arguments only: no framework, no I/O, no package beyond the listed ones. Hashing is a function of its input, so crypto is permitted; its random part is not (checked on the text).',
      severity: 'error',
      from: { path: '^src/[^/]+/domain/', pathNot: '[.]spec[.]ts$' },
      to: {
        dependencyTypesNot: ['local'],
        pathNot: '^(node:)?crypto$|^node_modules/(libphonenumber-js|luxon|@types/luxon|csv-parse)/',
      },
    },
    {
      name: 'domain-knows-no-shell',
      comment:
        'A domain folder sees domain files, contracts, the words of its own port and the pure parts of shared; not the handlers, rows and controllers around it.',
      severity: 'error',
      from: { path: '^src/([^/]+)/domain/', pathNot: '[.]spec[.]ts$' },
      to: {
        path: '^(src|migrations|test|scripts)/',
        pathNot:
          '^src/([^/]+/domain|[^/]+/contracts|shared/errors|shared/phone)/|^src/$1/[^/]+-port[.]ts$|^src/shared/event-log/domain-event[.]ts$',
      },
    },
    {
      name: 'rooms-meet-in-contracts',
      comment: 'Another room is reached through its contracts folder and nothing else.',
      severity: 'error',
      from: { path: '^src/([^/]+)/', pathNot: '^src/(shared|carrier-simulator)/' },
      to: { path: '^src/[^/]+/', pathNot: '^src/($1|shared|carrier-simulator)/|^src/[^/]+/contracts/' },
    },
    {
      name: 'contracts-are-leaves',
      comment: 'A contract imports other contracts and the words of shared; never what implements it.',
      severity: 'error',
      from: { path: '^src/[^/]+/contracts/' },
      to: {
        path: '^(src|migrations)/',
        pathNot: '^src/shared/(db|event-log|errors)/|^src/[^/]+/contracts/',
      },
    },
    {
      name: 'only-the-app-module-imports-modules',
      comment: 'A Nest module is global and exports its contracts; the one that joins them is app.module.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/app[.]module[.]ts$|[.]spec[.]ts$' },
      to: { path: '^src/[^/]+/.*[.]module[.]ts$' },
    },
    {
      name: 'shared-imports-no-room',
      comment: 'Shared holds no rule of the domain, so it needs none of the rooms.',
      severity: 'error',
      from: { path: '^src/shared/' },
      to: { path: '^src/', pathNot: '^src/shared/' },
    },
    {
      name: 'carrier-simulator-imports-nothing',
      comment: 'The simulator is a carrier: it knows of us what Twilio knows.',
      severity: 'error',
      from: { path: '^src/carrier-simulator/' },
      to: { path: '^(src|migrations)/', pathNot: '^src/carrier-simulator/' },
    },
    {
      name: 'nobody-imports-the-carrier-simulator',
      comment: 'The application walks the same path with the simulator as with Twilio: over HTTP.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/carrier-simulator/' },
      to: { path: '^src/carrier-simulator/' },
    },
    {
      name: 'only-the-twilio-provider-imports-twilio',
      comment: 'Another carrier is another folder beside it.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '^src/telephony/providers/twilio/' },
      to: { path: '^node_modules/twilio/' },
    },
    {
      name: 'production-code-uses-dependencies',
      comment: 'A production install has no development dependencies, tests or scripts.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '[.]spec[.]ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'production-code-imports-no-test',
      comment: 'Nothing in the sources exists for a test.',
      severity: 'error',
      from: { path: '^(src|migrations)/', pathNot: '[.]spec[.]ts$' },
      to: { path: '^(test|scripts)/|[.]spec[.]ts$' },
    },
    {
      name: 'no-circular',
      comment: 'Two files that need each other are one, or hide a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that resolves to nothing is checked by none of these rules.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: '^node_modules/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
