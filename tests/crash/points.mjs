// The named crash points of the program (CRASH_POINT in C, build option crash_points) and when each is
// passed.  `hits` is about how often one cycle passes it: the harness dies at a hit chosen up to that.
//   start   while the program opens its file and loads rooms, before and while clients come back
//   work    while clients write
//   admin   when rooms are made, renamed, deleted over HTTP
//   unload  when the members of a room leave and its snapshot is taken
//   drain   after SIGTERM
export const points = [
  { name: 'open.file', when: 'start', hits: 1 },
  { name: 'open.wal', when: 'start', hits: 1 },
  { name: 'open.migrated', when: 'fresh', hits: 1 },
  { name: 'load.snapshot', when: 'start', hits: 8 },
  { name: 'load.read', when: 'start', hits: 8 },
  { name: 'load.done', when: 'start', hits: 8 },
  { name: 'job.worked', when: 'start', hits: 16 },
  { name: 'update.applied', when: 'work', hits: 200 },
  { name: 'update.batched', when: 'work', hits: 200 },
  { name: 'batch.posted', when: 'work', hits: 80 },
  { name: 'batch.gathered', when: 'work', hits: 40 },
  { name: 'append.row', when: 'work', hits: 200 },
  { name: 'wal.write', when: 'work', hits: 300 },
  { name: 'wal.written', when: 'work', hits: 300 },
  { name: 'commit.before', when: 'work', hits: 40 },
  { name: 'commit.after', when: 'work', hits: 40 },
  { name: 'batch.committed', when: 'work', hits: 40 },
  { name: 'batch.told', when: 'work', hits: 40 },
  { name: 'ack.before', when: 'work', hits: 40 },
  { name: 'ack.queued', when: 'work', hits: 100 },
  { name: 'flush.next', when: 'work', hits: 300 },
  { name: 'create.record', when: 'admin', hits: 2 },
  { name: 'create.stored', when: 'admin', hits: 2 },
  { name: 'rename.stored', when: 'admin', hits: 2 },
  { name: 'change.statement', when: 'admin', hits: 4 },
  { name: 'delete.stored', when: 'admin', hits: 2 },
  { name: 'delete.discarded', when: 'admin', hits: 2 },
  { name: 'snapshot.encoded', when: 'unload', hits: 1 },
  { name: 'snapshot.posted', when: 'unload', hits: 1 },
  { name: 'snapshot.before', when: 'unload', hits: 1 },
  { name: 'snapshot.replaced', when: 'unload', hits: 1 },
  { name: 'snapshot.stored', when: 'unload', hits: 1 },
  { name: 'file.write', when: 'drain', hits: 40 },
  { name: 'file.written', when: 'drain', hits: 40 },
  { name: 'drain.begun', when: 'drain', hits: 2 },
  { name: 'drain.committed', when: 'drain', hits: 2 },
  { name: 'drain.closed', when: 'drain', hits: 2 },
  { name: 'close.before', when: 'drain', hits: 1 },
  { name: 'close.after', when: 'drain', hits: 1 },
]
