// The table, and each goal beside what was reached.

/** One line a competitor: its time, and how many times as long as each of the bases it took. */
export function table(lanes, bases) {
  const times = bases.map((base) => `x ${base}`.padStart(25))
  const head = ['the whole check'.padEnd(36), 'ns/check'.padStart(10), ...times]
  const lines = lanes.map((lane) => [
    lane.name.padEnd(36),
    lane.median.toFixed(0).padStart(10),
    ...bases.map((base) => lane.ratioTo(named(lanes, base)).toFixed(2).padStart(25)),
  ])
  return [head, ...lines].map((line) => line.join('')).join('\n')
}

/** One line a goal, `{ name, against, atMost }`; a competitor that was not in the contest is said to be missing. */
export function verdicts(lanes, goals) {
  const lines = goals.map(({ name, against, atMost }) => {
    const [lane, other] = [named(lanes, name), named(lanes, against)]
    const goal = `${name} / ${against} <= ${limit(atMost)}`.padEnd(66)
    if (lane === undefined || other === undefined) return `${goal}${'-'.padStart(8)}  not measured`
    const ratio = lane.ratioTo(other)
    return `${goal}${limit(ratio).padStart(8)}  ${ratio <= atMost ? 'reached' : 'NOT reached'}`
  })
  return ['goals', ...lines].join('\n')
}

/** Small ratios read better upside down. */
function limit(ratio) {
  return ratio < 0.05 ? `1/${(1 / ratio).toFixed(0)}` : ratio.toFixed(2)
}

function named(lanes, name) {
  return lanes.find((lane) => lane.name === name)
}
