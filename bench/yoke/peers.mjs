// The peers behind one small interface: create, insert, remove, text, encode, load, and for those that speak Yjs apply.
// Every insert or remove is a transaction of its own, committed.

export const VERSIONS = [
  'yjs',
  'ywasm',
  'loro-crdt',
  'json-joy',
  'diamond-types-node',
  '@automerge/automerge',
]

export const peers = {
  async yjs() {
    const Y = await import('yjs')
    const make = () => {
      const doc = new Y.Doc()
      return { doc, text: doc.getText('t') }
    }
    return {
      create(onUpdate) {
        const x = make()
        if (onUpdate) x.doc.on('update', onUpdate)
        return x
      },
      insert: (x, at, text) => x.text.insert(at, text),
      remove: (x, at, count) => x.text.delete(at, count),
      text: (x) => x.text.toString(),
      encode: (x) => Y.encodeStateAsUpdate(x.doc),
      load(bytes) {
        const x = make()
        Y.applyUpdate(x.doc, bytes)
        return x
      },
      apply: (x, update) => Y.applyUpdate(x.doc, update),
      free() {},
    }
  },

  async ywasm() {
    const Y = (await import('ywasm')).default
    const make = () => {
      const doc = new Y.YDoc({})
      return { doc, text: doc.getText('t') }
    }
    return {
      create: make,
      insert: (x, at, text) => x.text.insert(at, text),
      remove: (x, at, count) => x.text.delete(at, count),
      text: (x) => x.text.toString(),
      encode: (x) => Y.encodeStateAsUpdate(x.doc),
      load(bytes) {
        const x = make()
        Y.applyUpdate(x.doc, bytes)
        return x
      },
      apply: (x, update) => Y.applyUpdate(x.doc, update),
      free: (x) => x.doc.free(),
    }
  },

  async loro() {
    const { LoroDoc } = await import('loro-crdt')
    const make = () => {
      const doc = new LoroDoc()
      return { doc, text: doc.getText('t') }
    }
    return {
      create: make,
      insert(x, at, text) {
        x.text.insert(at, text)
        x.doc.commit()
      },
      remove(x, at, count) {
        x.text.delete(at, count)
        x.doc.commit()
      },
      text: (x) => x.text.toString(),
      encode: (x) => x.doc.export({ mode: 'snapshot' }),
      load(bytes) {
        const doc = new LoroDoc()
        doc.import(bytes)
        return { doc, text: doc.getText('t') }
      },
      free: (x) => x.doc.free?.(),
    }
  },

  async 'json-joy'() {
    const { Model } = await import('json-joy/lib/json-crdt/index.js')
    const { s } = await import('json-joy/lib/json-crdt-patch/index.js')
    return {
      create() {
        const model = Model.create(s.str(''))
        model.api.flush()
        return { model, text: model.api.str([]) }
      },
      insert(x, at, text) {
        x.text.ins(at, text)
        x.model.api.flush()
      },
      remove(x, at, count) {
        x.text.del(at, count)
        x.model.api.flush()
      },
      text: (x) => x.model.view(),
      encode: (x) => x.model.toBinary(),
      load: (bytes) => ({ model: Model.fromBinary(bytes) }),
      free() {},
    }
  },

  async 'diamond-types'() {
    const { Doc } = await import('diamond-types-node')
    return {
      create: () => new Doc('bench'),
      insert: (doc, at, text) => doc.ins(at, text),
      remove: (doc, at, count) => doc.del(at, count),
      text: (doc) => doc.get(),
      encode: (doc) => doc.toBytes(),
      load: (bytes) => Doc.fromBytes(bytes, 'bench'),
      free: (doc) => doc.free(),
    }
  },

  async automerge() {
    const A = await import('@automerge/automerge')
    return {
      create: () => ({ doc: A.from({ t: '' }) }),
      insert(x, at, text) {
        x.doc = A.change(x.doc, (d) => A.splice(d, ['t'], at, 0, text))
      },
      remove(x, at, count) {
        x.doc = A.change(x.doc, (d) => A.splice(d, ['t'], at, count))
      },
      text: (x) => x.doc.t,
      encode: (x) => A.save(x.doc),
      load: (bytes) => ({ doc: A.load(bytes) }),
      free: (x) => A.free(x.doc),
    }
  },
}
