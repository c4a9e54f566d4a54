import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { post } from './http.js';

const READY_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 10_000;

/** A shop that runs for one test, in a folder of its own. */
export interface Shop {
  url: string;
  /** A token of the shop's owner: pairs devices, installs plugins. */
  owner: string;
  /** A service's token of this name; `plugin` gives every scope of the SDK, `all` every scope. */
  token(name: string, scope: 'plugin' | 'all'): Promise<string>;
  stop(): Promise<void>;
}

/** The `jumak` command: `JUMAK_COMMAND`, that of a `.venv` here or above, else that of the path. */
export function jumakCommand(from = process.cwd()): string {
  const given = process.env['JUMAK_COMMAND'];
  if (given !== undefined && given !== '') return given;
  const inside = process.platform === 'win32' ? ['Scripts', 'jumak.exe'] : ['bin', 'jumak'];
  for (let folder = path.resolve(from); ; folder = path.dirname(folder)) {
    const found = path.join(folder, '.venv', ...inside);
    if (existsSync(found)) return found;
    if (folder === path.dirname(folder)) return 'jumak';
  }
}

/** Starts a demo shop on loopback. Rejects with what it printed when it does not come up. */
export async function startShop(command = jumakCommand()): Promise<Shop> {
  const folder = mkdtempSync(path.join(tmpdir(), 'jumak-test-'));
  const port = await freePort();
  const process_ = spawn(
    command,
    ['demo', '--data', folder, '--port', String(port), '--no-browser', '--menu-only'],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const end = (): void => {
    process_.kill('SIGKILL');
  };
  process.once('exit', end);
  const stop = async (): Promise<void> => {
    process.off('exit', end);
    await stopped(process_);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${String(port)}`;
  try {
    const code = await ownerCode(process_, command);
    const { token: owner } = await post<{ token: string }>(url, 'device.claim', { code });
    return {
      url,
      owner,
      async token(name, scope) {
        const paired = { kind: 'service', name, scopes: [scope] };
        return (await post<{ token: string }>(url, 'device.pair', paired, owner)).token;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The code a shop prints once it is ready, with which its owner signs in. */
function ownerCode(child: ChildProcess, command: string): Promise<string> {
  let printed = '';
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`${command} did not come up within ${String(READY_WITHIN_MS)} ms:\n${printed}`));
    }, READY_WITHIN_MS);
    const hear = (chunk: unknown): void => {
      printed = `${printed}${String(chunk)}`.slice(-4_000);
      const code = /#claim=(\S+)\s/.exec(printed)?.[1];
      if (code === undefined) return;
      clearTimeout(timer);
      resolve(code);
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' || error.code === 'EACCES' ? new Error(missing(command)) : error);
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${command} ended with ${String(code)}:\n${printed}`));
    });
  });
}

function missing(command: string): string {
  return (
    `${command} 명령을 실행할 수 없습니다. Jumak(Python 프로그램)을 설치하거나 그 경로를 JUMAK_COMMAND 환경 변수 ` +
    `또는 PluginTester의 command에 적으세요 (cannot run ${command}: install Jumak, a Python program, or name its ` +
    `command in the environment variable JUMAK_COMMAND or as \`command\` of PluginTester)`
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
