// Behind real proxies (Debian's nginx and Caddy), with the examples of docs/operations.md as they are written there,
// but for the port; and what reaches the server when a proxy is not told all of it.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { Client } from './client.mjs'
import { Server, until } from './server.mjs'

const DOCUMENT = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8')
const example = (name) => new RegExp(`\`\`\`\n(# ${name}\n[^]*?)\`\`\``).exec(DOCUMENT)[1]

const freePort = () =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })

/** A proxy on a port of its own, stopped by its own process. */
class Proxy {
  async start(kind, server, change = (text) => text) {
    this.dir = mkdtempSync(join(tmpdir(), 'tandem-proxy-'))
    this.port = await freePort()
    this.url = `http://127.0.0.1:${this.port}`
    const text = change(example(kind)).replaceAll('127.0.0.1:8000', `127.0.0.1:${server.port}`)
    this.file = join(this.dir, 'proxy.conf')
    const command = kind === 'nginx' ? this.nginx(text) : this.caddy(text)
    this.child = spawn(command[0], command.slice(1), {
      cwd: this.dir,
      env: { ...process.env, HOME: this.dir },
    })
    this.log = ''
    for (const stream of [this.child.stdout, this.child.stderr])
      stream.on('data', (data) => (this.log += data))
    this.exited = new Promise((resolve) => this.child.on('exit', resolve))
    const answers = () =>
      fetch(`${this.url}/`).then(
        () => true,
        () => false,
      )
    await until(answers, () => `${kind}: ${this.log}`)
    return this
  }

  nginx(text) {
    const site = text.replace('listen 443 ssl;', `listen 127.0.0.1:${this.port};`)
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${this.dir}/${name};`,
    )
    writeFileSync(
      this.file,
      `daemon off; pid ${this.dir}/pid; error_log stderr; worker_processes 1;\n` +
        `events {}\nhttp { access_log ${this.dir}/access.log; ${folders.join(' ')}\n${site}}\n`,
    )
    return ['/usr/sbin/nginx', '-p', this.dir, '-c', this.file]
  }

  caddy(text) {
    const site = text.replace('code.example.org {', `http://127.0.0.1:${this.port} {`)
    writeFileSync(this.file, `{\n    admin off\n}\n${site}`)
    return ['/usr/bin/caddy', 'run', '--adapter', 'caddyfile', '--config', this.file]
  }

  async stop() {
    this.child.kill('SIGTERM')
    await this.exited
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** What a browser does first: the page, a room, a WebSocket that names its origin. */
async function works(proxy, path = '') {
  const page = await fetch(`${proxy.url}${path}/`)
  assert.equal(page.status, 200)
  const script = /src="([^"]*assets[^"]+)"/.exec(await page.text())[1]
  assert.ok(script.startsWith(`${path}/assets/`), script)
  assert.equal((await fetch(proxy.url + script)).status, 200)
  const headers = { 'content-type': 'application/json', origin: proxy.url }
  const made = await fetch(`${proxy.url}${path}/rooms/`, { method: 'POST', headers, body: '{}' })
  assert.equal(made.status, 201, await made.clone().text())
  const { room_id: id, url } = await made.json()
  assert.equal(url, `${proxy.url}${path}/r/${id}`)
  const ws = `${proxy.url.replace('http', 'ws')}${path}/ws`
  const [one, two] = [
    new Client({ ws }, id, { origin: proxy.url }),
    new Client({ ws }, id, { origin: proxy.url }),
  ]
  await Promise.all([one.join(), two.join()])
  one.text.insert(0, 'through')
  await one.saved()
  await until(() => two.text.toString() === 'through', 'the other one has it')
  await Promise.all([one.leave(), two.leave()])
}

const server = new Server(['--create-on-join'])
const below = new Server([
  '--base-path',
  '/tandem/',
  '--frame-ancestors',
  'https://course.example, https://b.example',
])
before(() => Promise.all([server.start(), below.start()]))
after(() => Promise.all([server.remove(), below.remove()]))

for (const kind of ['nginx', 'Caddy']) {
  test(`the example for ${kind} works as it is written, on another port than 443`, async () => {
    const proxy = await new Proxy().start(kind, server)
    await works(proxy)
    await proxy.stop()
  })
}

test('under a path, which nginx passes on', async () => {
  const proxy = await new Proxy().start('nginx', below, (text) =>
    text.replace('location / {', 'location /tandem/ {'),
  )
  await works(proxy, '/tandem')
  await proxy.stop()
})

test('under a path, which Caddy strips', async () => {
  const change = (text) =>
    text.replace('reverse_proxy 127.0.0.1:8000', 'handle_path /tandem/* {\n reverse_proxy 127.0.0.1:8000\n}')
  const proxy = await new Proxy().start('Caddy', below, change)
  await works(proxy, '/tandem')
  await proxy.stop()
})

test('a proxy that does not pass the upgrade is told once to the log', async () => {
  const change = (text) => text.replace(/^.*(Upgrade|Connection).*$/gm, '')
  const proxy = await new Proxy().start('nginx', server, change)
  for (let i = 0; i < 2; i += 1) {
    const client = new Client({ ws: `${proxy.url.replace('http', 'ws')}/ws` }, 'no-upgrade')
    await client.closed
  }
  await until(() => server.log.includes('a proxy does not pass WebSockets'), 'the log says so')
  assert.equal(server.log.split('a proxy does not pass WebSockets').length, 2)
  await proxy.stop()
})

/** The first line and the rest of an answer to raw bytes. */
const ask = (port, request) =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.on('data', (data) => {
      answer += data.toString('latin1')
      if (answer.includes('\r\n\r\n')) socket.end()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
    socket.write(request)
  })

const upgrade = (host, origin) =>
  ask(
    server.port,
    `GET /ws/ports HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n',
  )

test('default ports may be named or not; another port is another origin, told once with both names', async () => {
  for (const [host, origin, status] of [
    ['code.example:443', 'https://code.example', 101],
    ['code.example:80', 'http://code.example', 101],
    ['code.example', 'https://code.example', 101],
    ['code.example:8443', 'https://code.example:8443', 101],
    ['code.example', 'https://code.example:8443', 403],
    ['code.example:80', 'https://code.example', 403],
    ['code.example', 'https://code.example.evil.example', 403],
  ]) {
    const [answer] = [await upgrade(host, origin), await upgrade(host, origin)]
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), `${host} ${origin}`)
    if (status === 403) assert.match(answer, /http\.origins/)
  }
  const told = server.log.split('\n').filter((line) => line.includes('"origin refused"'))
  const [first] = told.map((line) => JSON.parse(line))
  assert.equal(told.length, 3)
  assert.equal(first.origin, 'https://code.example:8443')
  assert.equal(first.host, 'code.example')
  assert.equal(first.setting, 'http.origins')
})

test('requests in absolute form', async () => {
  const answer = await ask(server.port, 'GET http://a.example/healthz HTTP/1.1\r\nHost: a.example\r\n\r\n')
  assert.match(answer, /^HTTP\/1.1 200 /)
  const home = await ask(server.port, 'GET HTTP://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n')
  assert.match(home, /^HTTP\/1.1 200 /)
})

test('frames, and the path without its slash', async () => {
  const own = await server.fetch('/')
  assert.match(own.headers.get('content-security-policy'), /frame-ancestors 'none'/)
  assert.equal(own.headers.get('x-frame-options'), 'DENY')
  const framed = await below.fetch('/tandem/')
  assert.match(
    framed.headers.get('content-security-policy'),
    /frame-ancestors https:\/\/course.example {2}https:\/\/b.example;/,
  )
  assert.equal(framed.headers.get('x-frame-options'), null)
  const bare = await below.fetch('/tandem', { redirect: 'manual' })
  assert.equal(bare.status, 308)
  assert.equal(bare.headers.get('location'), '/tandem/')
})
