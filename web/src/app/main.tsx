import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Provider } from 'react-redux'
import { keepKeysOfComposition } from '../shared/lib/composing'
import { surviveMovedNodes } from '../shared/lib/moved-nodes'
import { makeStore } from '../shared/store/store'
import { App } from './App'
import './tokens.css'
import './global.css'
import { keepTheme } from '../shared/store/theme'
import { keepForOffline } from './offline'
import { rememberChoices } from './remember'

surviveMovedNodes()
// Before any other listener of keys.
keepKeysOfComposition(window)

const store = makeStore()
keepTheme(store)
rememberChoices(store)
if (import.meta.env.PROD) keepForOffline()

const root = document.getElementById('root')
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Provider store={store}>
        <App />
      </Provider>
    </StrictMode>,
  )
}
