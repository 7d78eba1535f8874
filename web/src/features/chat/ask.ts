import type { EditorPart } from '../part'
import { askAboutSelection } from './line-links'

/** In the menu of the text; the palette and the keys have it from the part's commands. */
export const askInMenu: EditorPart = (editor, _host, room) => {
  const action = editor.addAction({
    id: 'tandem.ask',
    label: 'Ask about this',
    contextMenuGroupId: 'navigation',
    contextMenuOrder: 9,
    run: () => askAboutSelection(room),
  })
  return () => action.dispose()
}
