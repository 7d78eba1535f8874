import { useCallback, useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react'
import type { Chat } from '../../collab/chat'
import type { ChatMessage } from '../../collab/chat-message'
import { Composer } from './Composer'
import styles from './chat.module.css'
import { type GoToLines, Message } from './Message'
import { nameLines } from './message-parts'
import { OutgoingList } from './OutgoingList'

const GROUP_MS = 5 * 60_000
const NEAR_END_PX = 40

interface Props {
  chat: Chat
  /** Name of the file in view, which a line without a file belongs to. */
  fileName: () => string
  onLines: GoToLines
}

const day = new Intl.DateTimeFormat(undefined, { weekday: 'long', month: 'long', day: 'numeric' })

function sameDay(a: ChatMessage | undefined, b: ChatMessage): boolean {
  return a !== undefined && new Date(a.at).toDateString() === new Date(b.at).toDateString()
}

function isGrouped(before: ChatMessage | undefined, message: ChatMessage): boolean {
  if (before?.author !== message.author || before.name !== message.name) return false
  return sameDay(before, message) && message.at - before.at < GROUP_MS
}

/** Keeps the newest message in view unless somebody reads further up, and their place then. */
function useStickyScroll(newest: number, oldest: number) {
  const list = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  const fromEnd = useRef(0)

  const onScroll = useCallback(() => {
    const node = list.current
    if (!node) return
    fromEnd.current = node.scrollHeight - node.scrollTop
    atEnd.current = fromEnd.current - node.clientHeight < NEAR_END_PX
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: each new message is a reason to look
  useLayoutEffect(() => {
    const node = list.current
    if (node && atEnd.current) node.scrollTop = node.scrollHeight
  }, [newest])
  // biome-ignore lint/correctness/useExhaustiveDependencies: older messages push the others down
  useLayoutEffect(() => {
    const node = list.current
    if (node && !atEnd.current) node.scrollTop = node.scrollHeight - fromEnd.current
  }, [oldest])
  return { list, onScroll }
}

/** What comes while the chat is on the screen, and the screen is looked at, is seen. */
function useLooking(chat: Chat): void {
  useEffect(() => {
    const look = () => chat.look(document.visibilityState === 'visible')
    look()
    document.addEventListener('visibilitychange', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      chat.look(false)
    }
  }, [chat])
}

export function ChatPanel({ chat, fileName, onLines }: Props) {
  const subscribe = useCallback((changed: () => void) => chat.on('changed', changed), [chat])
  const state = useSyncExternalStore(subscribe, () => chat.state)
  const input = useRef<HTMLTextAreaElement>(null)
  const { messages, outgoing } = state
  const newest = (messages.at(-1)?.n ?? 0) + outgoing.length
  const { list, onScroll } = useStickyScroll(newest, messages[0]?.n ?? 0)

  useLooking(chat)
  useEffect(() => {
    const write = () => {
      const field = input.current
      field?.focus()
      field?.setSelectionRange(field.value.length, field.value.length)
    }
    write()
    // The field has the new words in the next turn.
    return chat.on('quoted', () => queueMicrotask(write))
  }, [chat])

  return (
    <section className={styles.chat} aria-label="Chat">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is reached by keys */}
      <div ref={list} className={styles.list} onScroll={onScroll} tabIndex={0}>
        {state.more && (
          <button type="button" className={styles.older} onClick={() => void chat.loadOlder()}>
            {state.loading ? 'Loading…' : 'Older messages'}
          </button>
        )}
        {messages.length === 0 && outgoing.length === 0 && (
          <p className={styles.empty}>
            Nothing said yet. What is said here stays with the room, for everybody who comes.
          </p>
        )}
        <ol className={styles.messages}>
          {messages.map((message, i) => (
            <MessageRow
              key={message.n}
              message={message}
              before={messages[i - 1]}
              onLines={onLines}
            />
          ))}
        </ol>
        <OutgoingList items={outgoing} chat={chat} onLines={onLines} />
      </div>
      <Composer ref={input} chat={chat} onSay={(text) => chat.say(nameLines(text, fileName()))} />
    </section>
  )
}

interface RowProps {
  message: ChatMessage
  before: ChatMessage | undefined
  onLines: GoToLines
}

function MessageRow({ message, before, onLines }: RowProps) {
  return (
    <>
      {!sameDay(before, message) && (
        <li className={styles.day}>{day.format(new Date(message.at))}</li>
      )}
      <Message message={message} grouped={isGrouped(before, message)} onLines={onLines} />
    </>
  )
}
