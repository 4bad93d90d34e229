// Which image is meant, as a caller says it. Apart from the contract of formats, since it is part of what the library's types lead to.

/** Whether an artifact is taken as an image, and which of several it is. */
export interface ImageChoice {
  /** A tag, or a number counted from 1; undefined where there is but one. */
  readonly name?: string | undefined;
  /** `os/architecture[/variant]`. */
  readonly platform?: string | undefined;
  /** `files`: an image archive is the tar, a layout the directory, that it is. `image`: anything else is an error. */
  readonly as?: 'auto' | 'image' | 'files' | undefined;
}
