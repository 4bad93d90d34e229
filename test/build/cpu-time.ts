// Milliseconds of processor time that this process has taken: unlike the clock it says the same on a machine with other work, so bounds on
// it tell a hang or a quadratic loop from a slow machine.
export function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
