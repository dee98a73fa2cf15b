# Completions of orgconn for fish.

function __orgconn_complete
    set -l typed (commandline -ct)
    # The word at the cursor may have a quote that is still open.
    set -l word (string unescape -- $typed; or string unescape -- $typed\'; or string unescape -- $typed\")
    set -l answer (COMPLETE=fish command orgconn -- (commandline -opc) "$word" 2>/dev/null)
    switch "$answer[1]"
        case words
            printf '%s\n' $answer[2..-1]
        case files
            set -l flag (string match -r -- '^-[^=]*=' "$typed")
            for path in (__fish_complete_path (string replace -- "$flag" '' "$typed"))
                echo "$flag$path"
            end
    end
end

complete -c orgconn -f -a '(__orgconn_complete)'
