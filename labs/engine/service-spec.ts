import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { emptyDatabase, type SpecDatabase } from '@aws-cdk/service-spec-types';

/**
 * What CloudFormation's resource types are, which properties replace a resource for example. The packed kit has this in the
 * place of `@aws-cdk/aws-service-spec`, whose data are megabytes: the command line of the CDK that the project has installed
 * brings the same.
 *
 * @throws an error with the code MODULE_NOT_FOUND when it is not installed
 */
export function loadAwsServiceSpecSync(): SpecDatabase {
  const file = join(dirname(require.resolve('aws-cdk/package.json')), 'db.json.gz');
  const database = emptyDatabase();
  database.load(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));
  return database;
}
