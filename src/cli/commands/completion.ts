/** `genesis completion`: completion scripts for shells, made from the commands' own descriptions. */
import { EXIT, UsageError, type ExitCode } from '../../model/errors.js'
import { nearest } from '../../model/symbol.js'
import type { CommandInput, CommandSpec } from '../command.js'
import { longFlag, OPTIONS } from '../options.js'

const SHELLS: ReadonlyMap<string, (commands: readonly CommandSpec[]) => string> = new Map([
  ['bash', bash],
  ['zsh', zsh],
  ['fish', fish],
])

/** @throws UsageError where the shell is none of those known. */
export function run({ args, io, commands }: CommandInput): Promise<ExitCode> {
  const [shell = ''] = args
  const script = SHELLS.get(shell)
  if (script === undefined) {
    const near = nearest(shell, SHELLS.keys())
    throw new UsageError('shell', `no completion for the shell "${shell}"`, {
      hint: `${near === undefined ? '' : `did you mean ${near}? `}choose one of: ${[...SHELLS.keys()].join(', ')}`,
    })
  }
  io.stdout.write(script(commands))
  return Promise.resolve(EXIT.done)
}

/** Long flags of a command with their help: `--speed`, `replay speed …`. */
function flagsOf(command: CommandSpec): { readonly flag: string; readonly help: string }[] {
  return [...command.options, ...command.globals].map(name => ({
    flag: longFlag(name),
    help: command.wording?.[name] ?? OPTIONS[name].help,
  }))
}

function bash(commands: readonly CommandSpec[]): string {
  const cases = commands.map(
    command =>
      `    ${command.name}) words="${flagsOf(command)
        .map(({ flag }) => flag)
        .join(' ')} --help" ;;`,
  )
  return `# genesis completion for bash: eval "$(genesis completion bash)"
_genesis() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "${commands.map(({ name }) => name).join(' ')} --help --version" -- "$current"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
    *) words="" ;;
  esac
  if [ "\${current:0:1}" = "-" ]; then COMPREPLY=($(compgen -W "$words" -- "$current"))
  else COMPREPLY=($(compgen -f -- "$current")); fi
}
complete -o filenames -F _genesis genesis
`
}

function zsh(commands: readonly CommandSpec[]): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${quoted(summary)}'`)
  const cases = commands.map(command => {
    const flags = flagsOf(command).map(({ flag, help }) => `'${flag}[${quoted(help)}]'`)
    return `    ${command.name}) _arguments ${flags.join(' ')} '*:file:_files' ;;`
  })
  return `#compdef genesis
# genesis completion for zsh: eval "$(genesis completion zsh)"
_genesis() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  case "\${words[2]}" in
${cases.join('\n')}
  esac
}
compdef _genesis genesis
`
}

function fish(commands: readonly CommandSpec[]): string {
  const lines = commands.flatMap(command => [
    `complete -c genesis -n __fish_use_subcommand -a ${command.name} -d '${quoted(command.summary)}'`,
    ...flagsOf(command).map(
      ({ flag, help }) =>
        `complete -c genesis -n '__fish_seen_subcommand_from ${command.name}' -l ${flag.slice(2)} -d '${quoted(help)}'`,
    ),
  ])
  return `# genesis completion for fish: genesis completion fish | source\n${lines.join('\n')}\n`
}

/** Safe inside single quotes and between brackets. */
function quoted(text: string): string {
  return text.replace(/['[\]:\\]/g, ' ')
}
