import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../setup/project.mjs';
import { runCommand } from '../../setup/run-command.mjs';
import { npmCommand } from '../../setup/toolchain.mjs';

const QUIET = ['--no-audit', '--no-fund', '--prefer-offline'];
const VALIDATION = '@aws-cdk/core:validateAgainstDefaultRules=true';

// the CDK's own declarations name Disposable. Those of libraries are checked as well, because ours are among them.
const COMPILER_OPTIONS = [
  ...['--strict', '--target', 'es2022', '--lib', 'es2022,esnext.disposable'],
  ...['--module', 'node20', '--moduleResolution', 'node16'],
];

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));

/** A package with the version that this project develops with. */
export const asHere = (name) => `${name}@${manifest.devDependencies[name]}`;

function runNpm(title, args, directory) {
  const npm = npmCommand();
  if (!npm) throw new Error('npm is not on PATH. Remedy: put the npm that came with Node on PATH');
  const [program, ...before] = npm;
  return runCommand(title, program, [...before, ...args], { directory });
}

/** A project of somebody else, which has installed this package as it would be published. */
export class Consumer {
  constructor(place) {
    this.directory = join(place, 'consumer');
    this.home = join(place, 'home');
    this.programs = join(place, 'programs');
    for (const directory of [this.directory, this.home, this.programs]) mkdirSync(directory);
    writeFileSync(join(this.directory, 'package.json'), JSON.stringify({ private: true }));
    // the only program on its PATH, so that no bundler and no container engine is found.
    symlinkSync(process.execPath, join(this.programs, 'node'));
  }

  async install(...packages) {
    await runNpm('npm install', ['install', ...QUIET, ...packages], this.directory);
  }

  async installThisPackage() {
    const pack = ['pack', '--ignore-scripts', '--silent', '--pack-destination', this.home, projectRoot];
    await runNpm('npm pack', pack, this.directory);
    const [tarball] = readdirSync(this.home).filter((name) => name.endsWith('.tgz'));
    await this.install(join(this.home, tarball));
  }

  module(...path) {
    return join(this.directory, 'node_modules', ...path);
  }

  run(title, script, args) {
    const environment = { PATH: this.programs, HOME: this.home, CI: 'true', AWS_EC2_METADATA_DISABLED: 'true' };
    return runCommand(title, process.execPath, [script, ...args], { directory: this.directory, environment });
  }

  /** Compiles an app, synthesizes it with the CDK's validation, and answers the directory of what comes out. */
  async synthesize(name, source) {
    writeFileSync(join(this.directory, `${name}.ts`), source);
    await this.run('tsc', this.module('typescript', 'bin', 'tsc'), [...COMPILER_OPTIONS, `${name}.ts`]);
    const output = join(this.directory, `${name}.out`);
    const cdk = join(projectRoot, 'node_modules', 'aws-cdk', 'bin', 'cdk');
    const options = ['--no-notices', '--quiet', '--context', VALIDATION, '--output', output];
    await this.run('cdk synth', cdk, ['synth', '--app', `node ${name}.js`, ...options]);
    return output;
  }
}
