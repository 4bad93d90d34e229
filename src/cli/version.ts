// `--version`, and with `--verbose` what it runs on.
import { zstdBackend } from '../codecs/zstd.ts';
import { writeStdout } from './output/streams.ts';
import { tool } from './tool.ts';

export async function printVersion(verbose: boolean): Promise<number> {
  const lines = [tool.version];
  if (verbose)
    lines.push(`node ${process.versions.node} ${process.platform}-${process.arch}`, `zstd ${await zstdBackend()}`);
  await writeStdout(lines.map((line) => `${line}\n`));
  return 0;
}
