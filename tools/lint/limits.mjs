// Limits for functions, as an ESLint plugin: the core rules without the functions whose length is that of a list.
import { builtinRules } from 'eslint/use-at-your-own-risk';

/** As long as the union of its events. */
const isEvolve = ({ id, parent }) => [id, parent.key, parent.id].some((name) => name?.name === 'evolve');

/** As long as its list of tests: `describe(…)`, `describe.each(…)(…)`, `describeWithBubblewrap(…)`. */
const isDescribe = ({ parent }) => parent.type === 'CallExpression' && nameOf(parent.callee).startsWith('describe');

const nameOf = (callee) => callee.name ?? nameOf(callee.callee ?? callee.object ?? callee.tag ?? { name: '' });

function except(name, isExempt) {
  const rule = builtinRules.get(name);
  const create = (context) => {
    const report = (problem) => {
      if (!isExempt(problem.node)) context.report(problem);
    };
    return rule.create(Object.create(context, { report: { value: report } }));
  };
  return { ...rule, create };
}

export default {
  rules: {
    complexity: except('complexity', isEvolve),
    'max-lines-per-function': except('max-lines-per-function', (node) => isEvolve(node) || isDescribe(node)),
  },
};
