import { createRequire } from 'node:module';
import path from 'node:path';
import type { Configuration, WebpackPluginInstance } from 'webpack';
import { runtimeFile } from './runtime.js';

/** What of a plugin's package.json the build reads. */
export interface PluginPackage {
  name?: string;
  version?: string;
  /** The plugin's source, `src/main.ts` for instance. */
  main?: string;
}

type Webpack = typeof import('webpack');

/**
 * How webpack makes `dist/main.js` of a worker plugin: entry from `main`, TypeScript by ts-loader, a `process` for
 * libraries that look for one, and the constant `PROFILE` (environment variable of that name, `live` unless set).
 *
 * Paths are relative to the working folder. Throws where package.json names no source.
 */
export function createWebpackConfig(packageJson: PluginPackage, folder = process.cwd()): Configuration {
  const { main } = packageJson;
  if (main === undefined || main === '') {
    throw new Error(
      'package.json의 main에 플러그인의 소스를 적으세요, 예: "src/main.ts" (name the source in main)',
    );
  }
  const profile = process.env['PROFILE'] ?? 'live';
  const { DefinePlugin, ProvidePlugin } = webpackOf(folder);
  const plugins: WebpackPluginInstance[] = [
    new DefinePlugin({ PROFILE: JSON.stringify(profile) }),
    new ProvidePlugin({ process: runtimeFile('process.cjs') }),
  ];
  return {
    context: folder,
    mode: profile === 'live' ? 'production' : 'development',
    // Development builds must not hide the code in eval: plugin origins forbid it.
    devtool: profile === 'live' ? false : 'inline-source-map',
    target: 'webworker',
    entry: path.resolve(folder, main),
    module: {
      rules: [{ test: /\.tsx?$/, exclude: /node_modules/, loader: here.resolve('ts-loader') }],
    },
    resolve: { extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'] },
    plugins,
    output: { path: path.resolve(folder, 'dist'), filename: 'main.js' },
    performance: false,
  };
}

const here = createRequire(import.meta.url);

/** The webpack of the plugin, which runs the configuration; else our own. */
export function webpackOf(folder: string): Webpack {
  const theirs = createRequire(path.join(folder, 'package.json'));
  try {
    return theirs('webpack') as Webpack;
  } catch {
    return here('webpack') as Webpack;
  }
}
