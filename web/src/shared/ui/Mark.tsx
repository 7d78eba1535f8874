interface Props {
  size?: number
}

/** Two carets leaning on one baseline. */
export function Mark({ size = 20 }: Props) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="2.8" strokeLinecap="round">
        <path d="M11 6 15 22" />
        <path d="M22 6 18 22" />
        <path d="M6 27h20" />
      </g>
    </svg>
  )
}
