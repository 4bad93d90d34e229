// The process of one trial of a way to compress: memory can be measured there, and an end can be made of it at any time. Takes its
// task as an argument and prints what came of it as JSON.
import { runTask } from './trial.ts';
import type { TrialTask } from './trial.ts';

// Sound: the command that starts this process (cli/trials.ts) writes nothing else there.
// oxlint-disable-next-line typescript/no-unsafe-type-assertion
const task = JSON.parse(String(process.argv[2])) as TrialTask;
// Nothing may look fine that did not come to its end.
process.exitCode = 1;
void runTask(task).then((outcome) => {
  process.exitCode = 0;
  process.stdout.write(JSON.stringify(outcome));
});
