import findMyWay from 'find-my-way'

/** A find-my-way router whose store names the permission; `{id}` is written `:id` there. */
export function router(routes) {
  const router = findMyWay()
  for (const { method, template, permission } of routes) {
    router.on(method, template.replace(/\{(\w+)\}/g, ':$1'), () => {}, { permission })
  }
  return router
}
