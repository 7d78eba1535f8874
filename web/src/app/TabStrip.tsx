import { type KeyboardEvent, useRef } from 'react'
import { Icon, type IconName } from '../shared/ui/Icon'
import styles from './TabStrip.module.css'

export interface Tab {
  id: string
  label: string
  icon: IconName
  /** What waits there to be seen; 0 or nothing: no mark. */
  badge?: number
}

interface Props {
  label: string
  tabs: readonly Tab[]
  current: string
  /** bar: along the bottom of a narrow window · strip: on top of a pane */
  look: 'bar' | 'strip'
  onShow: (id: string) => void
}

export const tabId = (id: string): string => `tab-${id}`
export const tabPanelId = (id: string): string => `tabpanel-${id}`

/** Arrow keys move between tabs, as everywhere. */
export function TabStrip({ label, tabs, current, look, onShow }: Props) {
  const list = useRef<HTMLDivElement>(null)
  const key = (event: KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.id === current)
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (step === 0 || !next) return
    event.preventDefault()
    onShow(next.id)
    list.current?.querySelector<HTMLElement>(`#${tabId(next.id)}`)?.focus()
  }
  return (
    <div ref={list} className={styles[look]} role="tablist" aria-label={label}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          type="button"
          role="tab"
          id={tabId(tab.id)}
          aria-controls={tabPanelId(tab.id)}
          aria-selected={tab.id === current}
          tabIndex={tab.id === current ? 0 : -1}
          className={styles.tab}
          onClick={() => onShow(tab.id)}
          onKeyDown={key}
        >
          <Icon name={tab.icon} />
          {tab.label}
          {tab.badge ? (
            <span className={styles.badge}>
              {tab.badge > 99 ? '99+' : tab.badge}
              <span className="visually-hidden"> new</span>
            </span>
          ) : null}
        </button>
      ))}
    </div>
  )
}
