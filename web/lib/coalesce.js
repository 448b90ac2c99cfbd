/**
 * Make a function that does something once after the present task, however often it is called
 * within it. A message, not a timer: in a hidden page browsers hold timers back, up to a minute.
 *
 * @param {() => void} act
 * @returns {() => void}
 */
export function coalesce(act) {
  const { port1, port2 } = new MessageChannel();
  let isPending = false;
  port1.onmessage = () => {
    isPending = false;
    act();
  };
  return () => {
    if (!isPending) port2.postMessage(null);
    isPending = true;
  };
}
