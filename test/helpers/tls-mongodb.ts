import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { MongoClient } from 'mongodb';

import type { Certificate } from './certificates.ts';
import { freePort } from './free-port.ts';

const PYTHON = path.join(__dirname, '..', '..', '.cache', 'venv', 'bin', 'python');
const READY_WITHIN_MILLIS = 60_000;

/** A real server with TLS and SCRAM logins: mongod where it is on the PATH, else SecantusDB. */
export interface TlsMongo {
  /** `127.0.0.1:port`. */
  readonly host: string;
  stop(): Promise<void>;
}

/** Starts it without logins, makes the user, and starts it again with them. */
export async function startTlsMongo(options: {
  readonly folder: string;
  readonly certificate: Certificate;
  readonly authority: Certificate;
  readonly user: { readonly name: string; readonly password: string };
}): Promise<TlsMongo> {
  const { folder, certificate, authority, user } = options;
  const port = await freePort();
  const pemFile = path.join(folder, `server-${port}.pem`);
  await writeFile(pemFile, await readFile(certificate.keyFile));
  await appendFile(pemFile, await readFile(certificate.certFile));
  const dataDir = path.join(folder, `mongo-${port}`);
  const start = (auth: boolean): ChildProcess =>
    spawnServer({ port, dataDir, auth, certificate, pemFile, authority });
  const open = start(false);
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true&tls=true`;
  // What its certificate is worth is the test's question, not this helper's.
  const admin = new MongoClient(`${uri}&tlsInsecure=true`, {
    serverSelectionTimeoutMS: READY_WITHIN_MILLIS,
  });
  try {
    const roles = [{ role: 'readWriteAnyDatabase', db: 'admin' }];
    await admin.db('admin').command({ createUser: user.name, pwd: user.password, roles });
  } finally {
    await admin.close();
    await end(open);
  }
  const server = start(true);
  const probe = new MongoClient(`${uri}&tlsInsecure=true`, {
    serverSelectionTimeoutMS: READY_WITHIN_MILLIS,
  });
  await probe.connect();
  await probe.close();
  return { host: `127.0.0.1:${port}`, stop: () => end(server) };
}

function spawnServer(options: {
  port: number;
  dataDir: string;
  auth: boolean;
  certificate: Certificate;
  pemFile: string;
  authority: Certificate;
}): ChildProcess {
  const { port, dataDir, certificate } = options;
  const login = options.auth ? ['--auth'] : [];
  if (spawnSync('mongod', ['--version']).status === 0) {
    mkdirSync(dataDir, { recursive: true });
    const place = ['--dbpath', dataDir, '--port', String(port), '--bind_ip', '127.0.0.1'];
    const tls = ['--tlsMode', 'requireTLS', '--tlsCertificateKeyFile', options.pemFile];
    const clients = ['--tlsCAFile', options.authority.certFile];
    const lenient = ['--tlsAllowConnectionsWithoutCertificates'];
    return spawn('mongod', [...place, ...tls, ...clients, ...lenient, ...login], {
      stdio: 'ignore',
    });
  }
  const place = ['--standalone', '--port', String(port), '--storage-path', dataDir];
  const tls = ['--tls-cert-file', certificate.certFile, '--tls-key-file', certificate.keyFile];
  return spawn(PYTHON, ['-m', 'secantus', ...place, ...tls, ...login], { stdio: 'ignore' });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGTERM');
  await exited;
}
