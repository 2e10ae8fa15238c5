#include "cli/completion.hpp"

#include <fmt/format.h>

namespace coulis {
namespace {

// Inside single quotes.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) result += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return result + "'";
}

// In zsh's specifications, ':' and brackets have a meaning.
std::string escaped_for_zsh(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

}  // namespace

std::string bash_completion(const std::vector<VerbDescription>& verbs) {
  std::string names;
  std::string cases;
  for (const VerbDescription& verb : verbs) {
    names += fmt::format("{}{}", names.empty() ? "" : " ", verb.name);
    std::string flags;
    for (const FlagDescription& flag : verb.flags) flags += fmt::format("{}--{}", flags.empty() ? "" : " ", flag.long_name);
    cases += fmt::format("    {}) words='{}' ;;\n", verb.name, flags);
  }
  return fmt::format(R"script(# coulis: completion for bash. Add to ~/.bashrc: eval "$(coulis completion bash)"
_coulis() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} words=
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W '{} --help --version' -- "$current"))
    return
  fi
  case ${{COMP_WORDS[1]}} in
{}  esac
  if [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=()  # -o default: files
  fi
}}
complete -o default -F _coulis coulis
)script",
                     names, cases);
}

std::string zsh_completion(const std::vector<VerbDescription>& verbs) {
  std::string names;
  std::string cases;
  for (const VerbDescription& verb : verbs) {
    names += fmt::format("      {}\n", quoted(escaped_for_zsh(verb.name) + ":" + verb.help));
    cases += fmt::format("    {}) _arguments -s", verb.name);
    for (const FlagDescription& flag : verb.flags) {
      const std::string specification = fmt::format("--{}{}[{}]{}", flag.long_name, flag.takes_value ? "=" : "", escaped_for_zsh(flag.help),
                                                    flag.takes_value ? ":value:_files" : "");
      cases += fmt::format(" \\\n        {}", quoted(specification));
    }
    cases += " \\\n        '*:path:_files' ;;\n";
  }
  return fmt::format(R"script(#compdef coulis
# coulis: completion for zsh. Put it into a folder of $fpath as _coulis, or: source <(coulis completion zsh)
_coulis() {{
  if (( CURRENT == 2 )); then
    local -a verbs=(
{}    )
    _describe verb verbs
    return
  fi
  local verb=$words[2]
  shift words
  (( CURRENT-- ))
  case $verb in
{}  esac
}}
compdef _coulis coulis
)script",
                     names, cases);
}

std::string fish_completion(const std::vector<VerbDescription>& verbs) {
  std::string text = "# coulis: completion for fish. Save it as ~/.config/fish/completions/coulis.fish\n";
  for (const VerbDescription& verb : verbs) {
    text += fmt::format("complete -c coulis -n __fish_use_subcommand -a {} -d {}\n", verb.name, quoted(verb.help));
    for (const FlagDescription& flag : verb.flags) {
      text += fmt::format("complete -c coulis -n '__fish_seen_subcommand_from {}' -l {}{}{} -d {}\n", verb.name, flag.long_name,
                          flag.short_name.empty() ? "" : fmt::format(" -s {}", flag.short_name), flag.takes_value ? " -r" : "",
                          quoted(flag.help));
    }
  }
  return text;
}

}  // namespace coulis
