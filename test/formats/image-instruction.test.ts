import { describe, expect, it } from 'vitest';
import { cpuTime } from '../build/cpu-time.ts';
import { cleanInstruction } from '../../src/formats/image/instruction.ts';

describe('instructions of layers', () => {
  it.each([
    ['/bin/sh -c #(nop) ADD file:5d673d25da3a in / ', 'ADD file:5d673d25da3a in /'],
    ['/bin/sh -c #(nop)  CMD ["bash"]', 'CMD ["bash"]'],
    ['/bin/sh -c apt-get update &&     apt-get install -y curl', 'RUN apt-get update && apt-get install -y curl'],
    ['RUN /bin/sh -c pip install x # buildkit', 'RUN pip install x'],
    ['RUN |2 A=1 B=two words /bin/sh -c make $A # buildkit', 'RUN make $A'],
    ['|1 VERSION=3 /bin/sh -c echo $VERSION', 'RUN echo $VERSION'],
    ['RUN /bin/bash -o pipefail -c curl x | tar x # buildkit', 'RUN curl x | tar x'],
    ['/bin/bash -euxo pipefail -c true', 'RUN true'],
    ['COPY --chown=1:1 app /app # buildkit', 'COPY --chown=1:1 app /app'],
    [
      'RUN /bin/sh -c set -e\n\tpip install x\n\n# as root\nrm -rf /root/.cache\n # buildkit',
      'RUN set -e; pip install x; # as root; rm -rf /root/.cache',
    ],
    ['RUN /bin/sh -c <<EOF cat > /x\na  b\nEOF # buildkit', 'RUN <<EOF cat > /x; a b; EOF'],
    [
      'RUN /bin/sh -c apt-get update \\\n  && apt-get install -y curl;\n true |\r\n cat\n| wc',
      'RUN apt-get update && apt-get install -y curl; true | cat | wc',
    ],
    ['RUN /bin/sh -c if true; then\n  echo a\nfi', 'RUN if true; then echo a; fi'],
    ['RUN |1 A=1 /bin/sh -c\nmake', 'RUN make'],
    ['/bin/sh -x', '/bin/sh -x'],
    ['/bin/sh -o pipefail script -c true', '/bin/sh -o pipefail script -c true'],
    [' # buildkit', null],
    ['WORKDIR /app', 'WORKDIR /app'],
    ['bazel build ...', 'bazel build ...'],
    ['RUN ["/app", "-c x"]', 'RUN ["/app", "-c x"]'],
    ['', null],
    [null, null],
  ])('%j is %j', (createdBy, instruction) => {
    expect(cleanInstruction(createdBy)).toBe(instruction);
  });

  it('takes no time for what is made to take long', () => {
    const started = cpuTime();
    for (const text of [
      `|1 ${' /bin/sh'.repeat(50_000)}`,
      `/bin/sh${' -a'.repeat(100_000)}`,
      ' '.repeat(200_000),
      '\n'.repeat(200_000),
      'a\n'.repeat(200_000),
      `${' '.repeat(100_000)}x${' '.repeat(100_000)}`,
      `/${'a/'.repeat(100_000)}`,
    ]) {
      cleanInstruction(text);
    }
    expect(cpuTime() - started).toBeLessThan(3000);
  });
});
