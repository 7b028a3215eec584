import { readFile } from 'node:fs/promises';

const KIB_PER_MIB = 1024;

/** Resident memory of a process in MiB; null where the system does not tell (Linux does). */
export async function residentMiB(pid: number): Promise<number | null> {
  try {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    const kib = /^VmRSS:\s+(?<kib>\d+) kB$/m.exec(status)?.groups?.['kib'];
    return kib === undefined ? null : Number(kib) / KIB_PER_MIB;
  } catch {
    return null;
  }
}
