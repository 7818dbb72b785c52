// Imported first by every script, and alone: it must parse and run on a Node far too old for the rest.
var version = process.versions.node.split('.').map(Number);
var major = version[0] || 0;
var minor = version[1] || 0;

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    'VoiceSurveyAgent needs Node 20.19 or newer (24 recommended); this is ' + process.version + '.',
  );
  process.exit(1);
}
if (major < 22 && !process.env.CI) {
  console.error('Note: Node ' + major + ' is past its end of life; use Node 24 in production.');
}
