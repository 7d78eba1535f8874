import type { LineChange } from '../../collab/line-difference'
import { monaco } from '../../shared/monaco/monaco'

/** A zone of the editor is drawn whole: of more lines only these are. */
const ZONE_LINES_MAX = 200

/**
 * Shows in a text of the past what restoring it would change now: its lines that would come back, and
 * between them those that would go.
 */
export class PastChanges {
  private readonly marks: monaco.editor.IEditorDecorationsCollection
  private zones: string[] = []

  constructor(private readonly editor: monaco.editor.IStandaloneCodeEditor) {
    this.marks = editor.createDecorationsCollection()
  }

  show(changes: readonly LineChange[]): void {
    this.marks.set(changes.filter(({ inserted }) => inserted.length > 0).map(comes))
    this.editor.changeViewZones((zones) => {
      for (const zone of this.zones) zones.removeZone(zone)
      this.zones = changes
        .filter(({ removed }) => removed.length > 0)
        .map((change) => zones.addZone(this.goes(change)))
    })
  }

  private goes({ afterLine, removed }: LineChange): monaco.editor.IViewZone {
    const lines = removed.slice(0, ZONE_LINES_MAX)
    const more = removed.length - lines.length
    if (more > 0) lines.push(`… and ${more} more lines`)
    const domNode = document.createElement('div')
    domNode.className = 'past-goes'
    const marginDomNode = document.createElement('div')
    marginDomNode.className = 'past-goes past-goes-margin'
    for (const line of lines) {
      const row = document.createElement('div')
      // An empty line has its height too.
      row.textContent = line || '\u00a0'
      domNode.append(row)
      const sign = document.createElement('div')
      sign.textContent = '−'
      marginDomNode.append(sign)
    }
    this.editor.applyFontInfo(domNode)
    this.editor.applyFontInfo(marginDomNode)
    return { afterLineNumber: afterLine, heightInLines: lines.length, domNode, marginDomNode }
  }
}

function comes({ afterLine, inserted }: LineChange): monaco.editor.IModelDeltaDecoration {
  return {
    range: new monaco.Range(afterLine + 1, 1, afterLine + inserted.length, 1),
    options: {
      isWholeLine: true,
      className: 'past-comes',
      marginClassName: 'past-comes',
      linesDecorationsClassName: 'past-comes-sign',
    },
  }
}
