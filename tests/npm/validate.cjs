// Checks a manifest against Microsoft's schema of its version; prints what is wrong, one fault a line.
// Usage: NODE_PATH=FOLDER/node_modules node validate.cjs MANIFEST.json SCHEMA.json
"use strict";
const fs = require("node:fs");
const Ajv = require("ajv-draft-04");
const formats = require("ajv-formats");

const [manifest, schema] = process.argv.slice(2).map((path) => JSON.parse(fs.readFileSync(path, "utf8")));
const ajv = new Ajv({ allErrors: true, strictTypes: false, strictSchema: false });
formats(ajv);
if (!ajv.validate(schema, manifest)) {
  for (const fault of ajv.errors) console.log(`${fault.instancePath} ${fault.message}`);
  process.exitCode = 1;
}
