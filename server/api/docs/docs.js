// Draws openapi.json, and lets the reader try each operation. Text goes into the page only as text.
const make = (tag, className, ...children) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...children)
  return node
}

const resolve = (spec, schema) =>
  schema && schema.$ref ? spec.components.schemas[schema.$ref.split('/').pop()] : schema

const schemaTable = (spec, schema) => {
  const table = make('table')
  const known = resolve(spec, schema) ?? {}
  const required = known.required ?? []
  for (const [name, raw] of Object.entries(known.properties ?? {})) {
    const field = resolve(spec, raw)
    const type = [].concat(field.type ?? 'any').join(' or ') + (required.includes(name) ? ', required' : '')
    table.append(
      make('tr', '', make('td', 'path', name), make('td', '', type), make('td', '', field.description ?? '')),
    )
  }
  return table
}

const tryIt = (method, path, operation) => {
  const box = make('div')
  const inputs = new Map()
  for (const parameter of operation.parameters ?? []) {
    const input = make('input')
    input.setAttribute('aria-label', parameter.name)
    input.placeholder = parameter.name
    inputs.set(parameter.name, input)
    box.append(input, ' ')
  }
  const key = make('input')
  key.placeholder = 'owner key'
  key.setAttribute('aria-label', 'owner key')
  if (operation.security) box.append(key)
  const body = make('textarea')
  body.setAttribute('aria-label', 'request body')
  const content = operation.requestBody?.content['application/json']
  body.value = content ? JSON.stringify(content.example ?? {}, null, 2) : ''
  if (content) box.append(body)
  const answer = make('pre')
  const button = make('button', '', 'Send')
  button.addEventListener('click', async () => {
    let url = `.${path}`
    for (const [name, input] of inputs) url = url.replace(`{${name}}`, encodeURIComponent(input.value))
    const headers = {}
    if (content) headers['Content-Type'] = 'application/json'
    if (key.value) headers.Authorization = `Bearer ${key.value}`
    const response = await fetch(url, { method: method.toUpperCase(), headers, body: content ? body.value : undefined })
    answer.textContent = `${response.status} ${response.statusText}\n\n${await response.text()}`
  })
  box.append(make('div', '', button), answer)
  return box
}

const drawOperation = (spec, method, path, operation) => {
  const details = make('details')
  const summary = make('summary', '', make('span', 'method', method.toUpperCase()), make('span', 'path', path))
  summary.append(make('span', 'brief', operation.summary ?? ''))
  details.append(summary, make('p', '', operation.description ?? ''))
  const content = operation.requestBody?.content['application/json']
  if (content) details.append(make('h3', '', 'Body'), schemaTable(spec, content.schema))
  const replies = make('table')
  for (const [status, reply] of Object.entries(operation.responses))
    replies.append(make('tr', '', make('td', 'path', status), make('td', '', reply.description)))
  details.append(make('h3', '', 'Replies'), replies, make('h3', '', 'Try it'), tryIt(method, path, operation))
  return details
}

const spec = await (await fetch('openapi.json')).json()
document.getElementById('title').textContent = `${spec.info.title} ${spec.info.version}`
document.getElementById('about').prepend(spec.info.description + ' ')
const list = document.getElementById('operations')
for (const [path, methods] of Object.entries(spec.paths))
  for (const [method, operation] of Object.entries(methods)) list.append(drawOperation(spec, method, path, operation))
