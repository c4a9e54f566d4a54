import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

/** A shop that runs for one test, in a folder of its own. */
export interface Shop {
  url: string;
  /** A token of this name; `plugin` gives every scope of the SDK, `all` every scope. */
  token(name: string, scope: 'plugin' | 'all'): Promise<string>;
  stop(): Promise<void>;
}

/** The `jumak` command: `JUMAK_COMMAND`, that of a `.venv` here or above, else that of the path. */
export function jumakCommand(from = process.cwd()): string {
  const given = process.env['JUMAK_COMMAND'];
  if (given !== undefined && given !== '') return given;
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const found = path.join(folder, '.venv', 'bin', 'jumak');
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return 'jumak';
  }
}

/** Starts a demo shop on loopback. Rejects with what it printed when it does not come up. */
export async function startShop(command = jumakCommand()): Promise<Shop> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jumak-test-'));
  const port = await freePort();
  const process_ = spawn(command, ['demo', '--data', folder, '--port', String(port), '--no-browser'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const end = (): void => {
    process_.kill('SIGKILL');
  };
  process.once('exit', end);
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    await stopped(process_);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await ready(process_, command);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${String(port)}`,
    async token(name, scope) {
      const { stdout } = await promisify(execFile)(command, [
        ...['token', 'create', name],
        ...['--data', folder, '--scope', scope],
      ]);
      return stdout.trim();
    },
    stop,
  };
}

function ready(child: ChildProcess, command: string): Promise<void> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${command} did not come up within ${String(READY_WITHIN_MS)} ms:\n${printed}`));
    }, READY_WITHIN_MS);
    const hear = (chunk: unknown): void => {
      printed = `${printed}${String(chunk)}`.slice(-4_000);
      if (!printed.includes('Jumak is ready')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' ? new Error(missing(command)) : error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${command} ended with ${String(code)}:\n${printed}`));
    });
  });
}

function missing(command: string): string {
  return (
    `${command} 명령을 찾을 수 없습니다. Jumak을 설치하거나 JUMAK_COMMAND에 경로를 적으세요 ` +
    `(there is no command ${command}: install Jumak, or name it in JUMAK_COMMAND)`
  );
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await gone;
  clearTimeout(timer);
}

/** A free port below the range systems take outgoing ones from, so that it stays free until the shop has it. */
async function freePort(): Promise<number> {
  for (let attempt = 0; ; attempt++) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const isFree = await new Promise<boolean>((resolve) => {
      const server = createServer()
        .once('error', () => {
          resolve(false);
        })
        .listen(port, '127.0.0.1', () => {
          server.close(() => {
            resolve(true);
          });
        });
    });
    if (isFree) return port;
    if (attempt > 100) throw new Error('no free port between 20000 and 32000');
  }
}
