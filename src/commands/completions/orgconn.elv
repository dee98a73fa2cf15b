# Completions of orgconn for elvish.

use str

set edit:completion:arg-completer[orgconn] = {|@words|
    var answer = [(env COMPLETE=elvish orgconn -- $@words 2>/dev/null | from-lines)]
    if (eq $answer [files]) {
        edit:complete-filename $words[-1]
    } elif (> (count $answer) 1) {
        for line $answer[1..] {
            var value description = (str:split "\t" $line)
            if (eq $description '') {
                edit:complex-candidate $value
            } else {
                edit:complex-candidate $value &display=$value'  ('$description')'
            }
        }
    }
}
