/** The shells that can be told how to complete. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const BASH = `# bash completion for ebb
_ebb() {
  local value description
  COMPREPLY=()
  while IFS=$'\\t' read -r value description; do
    if [[ $value == ':files' ]]; then
      compopt -o default
    elif [[ -n $value ]]; then
      COMPREPLY+=("$value")
    fi
  done < <(ebb complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _ebb ebb
`;

const ZSH = `#compdef ebb
_ebb() {
  local value description
  local -a found
  while IFS=$'\\t' read -r value description; do
    if [[ $value == ':files' ]]; then
      _files
      return
    fi
    found+=("\${value//:/\\\\:}:$description")
  done < <(ebb complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  _describe 'ebb' found
}
compdef _ebb ebb
`;

const FISH = `# fish completion for ebb
function __ebb_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in (ebb complete -- $words[2..-1] 2>/dev/null)
    if test "$line" = ':files'
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c ebb -f -a '(__ebb_complete)'
`;

/** What a shell is to be told. All that it asks, it asks `ebb complete`. */
export function completionScript(shell: (typeof SHELLS)[number]): string {
  return { bash: BASH, zsh: ZSH, fish: FISH }[shell];
}
