import { describe, expect, it } from 'vitest';
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
    ['WORKDIR /app', 'WORKDIR /app'],
    ['bazel build ...', 'bazel build ...'],
    ['RUN ["/app", "-c x"]', 'RUN ["/app", "-c x"]'],
    ['', null],
    [null, null],
  ])('%j is %j', (createdBy, instruction) => {
    expect(cleanInstruction(createdBy)).toBe(instruction);
  });

  it('takes no time for what is made to take long', () => {
    const started = performance.now();
    for (const text of [
      `|1 ${' /bin/sh'.repeat(50_000)}`,
      `/bin/sh${' -a'.repeat(100_000)}`,
      ' '.repeat(200_000),
      `/${'a/'.repeat(100_000)}`,
    ]) {
      cleanInstruction(text);
    }
    expect(performance.now() - started).toBeLessThan(3000);
  });
});
