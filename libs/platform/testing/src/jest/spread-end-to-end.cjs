const Sequencer = require('@jest/test-sequencer').default;

/** End-to-end specs end before this share of the files: the run's last ones are short. */
const LAST_SHARE = 0.85;

/** Spreads specs that start the whole stack evenly over the run, so that few stacks run at once. */
class SpreadEndToEnd extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isEndToEnd = ({ path }) => path.endsWith('.e2e.spec.ts');
    const stacks = sorted.filter(isEndToEnd);
    const others = sorted.filter((test) => !isEndToEnd(test));
    const step = Math.max(1, Math.floor((others.length * LAST_SHARE) / Math.max(1, stacks.length)));
    const spread = others.flatMap((test, index) =>
      index % step === 0 && stacks.length > 0 ? [stacks.shift(), test] : [test],
    );
    return [...spread, ...stacks];
  }
}

module.exports = SpreadEndToEnd;
