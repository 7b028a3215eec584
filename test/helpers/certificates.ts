import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const openssl = async (...args: readonly string[]): Promise<void> => {
  await promisify(execFile)('openssl', args);
};

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;

/** Files of a key and its certificate, PEM. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate that vouches for itself: an authority, or a server that nobody vouches for. */
export async function selfSigned(folder: string, name: string): Promise<Certificate> {
  const made = filesOf(folder, name);
  const subject = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const out = ['-keyout', made.keyFile, '-out', made.certFile, '-days', '2'];
  await openssl('req', '-x509', ...NEW_KEY, ...subject, ...out);
  return made;
}

/** A server's certificate that `authority` vouches for; `days` below 0 makes one that is over. */
export async function signedBy(
  authority: Certificate,
  server: {
    readonly folder: string;
    readonly name: string;
    readonly hosts?: string;
    readonly days?: number;
  },
): Promise<Certificate> {
  const made = filesOf(server.folder, server.name);
  const request = path.join(server.folder, `${server.name}.csr`);
  const extensions = path.join(server.folder, `${server.name}.ext`);
  await writeFile(extensions, `subjectAltName=${server.hosts ?? 'DNS:localhost,IP:127.0.0.1'}\n`);
  const subject = ['-subj', `/CN=${server.name}`];
  await openssl('req', ...NEW_KEY, ...subject, '-keyout', made.keyFile, '-out', request);
  const signer = ['-CA', authority.certFile, '-CAkey', authority.keyFile, '-CAcreateserial'];
  const terms = ['-days', String(server.days ?? 2), '-extfile', extensions];
  await openssl('x509', '-req', '-in', request, ...signer, ...terms, '-out', made.certFile);
  return made;
}

function filesOf(folder: string, name: string): Certificate {
  return {
    certFile: path.join(folder, `${name}.crt`),
    keyFile: path.join(folder, `${name}.key`),
  };
}
