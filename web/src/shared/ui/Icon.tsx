const PATHS = {
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13.5 9.6A5.8 5.8 0 0 1 6.4 2.5a5.8 5.8 0 1 0 7.1 7.1Z',
  people:
    'M6 8a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM1.5 13.5c.3-2.3 2.1-3.8 4.5-3.8s4.2 1.5 4.5 3.8M10.5 3.2a2.4 2.4 0 0 1 0 4.6M12 9.9c1.4.5 2.3 1.7 2.5 3.6',
  link: 'M6.8 9.2a2.8 2.8 0 0 0 4 0l2.4-2.4a2.8 2.8 0 0 0-4-4l-.9.9M9.2 6.8a2.8 2.8 0 0 0-4 0L2.8 9.2a2.8 2.8 0 0 0 4 4l.9-.9',
  arrow: 'M3 8h10M9 4l4 4-4 4',
  close: 'M4 4l8 8M12 4l-8 8',
  files: 'M9 1.8H4.3a1 1 0 0 0-1 1v10.4a1 1 0 0 0 1 1h7.4a1 1 0 0 0 1-1V5.5L9 1.8ZM9 1.8v3.7h3.7',
  code: 'M5 4.5 1.5 8 5 11.5M11 4.5 14.5 8 11 11.5',
  undo: 'M5.5 3 2.5 6l3 3M2.5 6h7a4 4 0 0 1 0 8H6',
  plus: 'M8 3v10M3 8h10',
  upload: 'M8 10.5V2.5M4.8 5.5 8 2.3l3.2 3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2',
  download: 'M8 2.5v8M4.8 7.5 8 10.7l3.2-3.2M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2',
  pencil: 'M10.8 2.8l2.4 2.4L5.6 12.8l-3 .6.6-3 7.6-7.6Z',
  trash: 'M2.8 4.3h10.4M6.3 4.3V2.8h3.4v1.5M4.3 4.3l.6 8.9h6.2l.6-8.9',
  command:
    'M6 6V4.2A1.7 1.7 0 1 0 4.3 6H6ZM6 6h4v4H6V6ZM10 6V4.2A1.7 1.7 0 1 1 11.7 6H10ZM6 10v1.8A1.7 1.7 0 1 1 4.3 10H6ZM10 10v1.8a1.7 1.7 0 1 0 1.7-1.8H10Z',
  chevron: 'M6 4l4 4-4 4',
  settings:
    'M2 4.5h6M12 4.5h2M2 11.5h2M8 11.5h6M10 6.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6ZM6 13.3a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
  chat: 'M2.5 3.3h11a.8.8 0 0 1 .8.8v6.6a.8.8 0 0 1-.8.8H7.2L4 14v-2.5H2.5a.8.8 0 0 1-.8-.8V4.1a.8.8 0 0 1 .8-.8Z',
  history: 'M2.6 6.2A5.8 5.8 0 1 1 2.2 8M2.2 2.8v3.4h3.4M8 4.8V8l2.3 1.6',
  play: 'M4.5 2.8v10.4L13 8 4.5 2.8Z',
  pause: 'M5 3v10M11 3v10',
  send: 'M2.5 8 13.5 3 10 13.2 7.6 9.2 2.5 8ZM7.6 9.2 10 6.8',
  eye: 'M1.5 8S3.8 3.8 8 3.8 14.5 8 14.5 8 12.2 12.2 8 12.2 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
} as const

export type IconName = keyof typeof PATHS

interface Props {
  name: IconName
}

/** One stroke family at 16 px. Decoration only: whoever uses it gives the accessible name. */
export function Icon({ name }: Props) {
  return (
    <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path
        d={PATHS[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  )
}
