const UPDATES = 'updates'
/** What older pages made beside it; a database has both or is not one of ours. */
const CUSTOM = 'custom'

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error ?? new Error('The database did not answer.'))
  })
}

function committed(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = () => reject(transaction.error ?? new Error('Nothing was written.'))
    transaction.oncomplete = () => resolve()
    transaction.onerror = fail
    transaction.onabort = fail
  })
}

/**
 * Updates of one document in the browser's database, in the order in which they came. Whatever a
 * browser does instead of storing them, throw or fail or be full, is a rejection of the call.
 */
export class UpdateStore {
  private constructor(private readonly database: IDBDatabase) {}

  static async open(name: string): Promise<UpdateStore> {
    const request = indexedDB.open(name)
    request.onupgradeneeded = () => {
      const { result } = request
      for (const store of [UPDATES, CUSTOM]) {
        if (result.objectStoreNames.contains(store)) continue
        result.createObjectStore(store, store === UPDATES ? { autoIncrement: true } : {})
      }
    }
    const database = await answered(request)
    // Another window may want to delete it.
    database.onversionchange = () => database.close()
    return new UpdateStore(database)
  }

  static async remove(name: string): Promise<void> {
    await answered(indexedDB.deleteDatabase(name))
  }

  async all(): Promise<Uint8Array[]> {
    const transaction = this.database.transaction(UPDATES, 'readonly')
    const found: unknown[] = await answered(transaction.objectStore(UPDATES).getAll())
    return found.filter((update) => update instanceof Uint8Array)
  }

  async add(update: Uint8Array): Promise<void> {
    const transaction = this.database.transaction(UPDATES, 'readwrite')
    transaction.objectStore(UPDATES).add(update)
    await committed(transaction)
  }

  /** One update takes the place of all; what another window adds meanwhile comes after it. */
  async replaceAll(update: Uint8Array): Promise<void> {
    const transaction = this.database.transaction(UPDATES, 'readwrite')
    const store = transaction.objectStore(UPDATES)
    store.clear()
    store.add(update)
    await committed(transaction)
  }

  close(): void {
    this.database.close()
  }
}
