//! Pieces of HTML. Text becomes part of one only by way of `escaped`.

/// Text that no browser takes for anything else.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            control if control.is_control() => safe.push(' '),
            char => safe.push(char),
        }
    }
    safe
}

/// A part of the page with a heading; nothing where it holds nothing.
pub(super) fn section(heading: &str, content: &str) -> String {
    if content.is_empty() {
        return String::new();
    }
    format!(
        "<section>\n<h2>{}</h2>\n{content}</section>\n",
        escaped(heading)
    )
}

/// A cell: its text, and the class that colours it.
pub(super) type Cell = (String, &'static str);

/// A cell without a colour.
pub(super) fn cell(text: impl ToString) -> Cell {
    (text.to_string(), "")
}

/// A table; nothing where there are no rows.
pub(super) fn table(headings: &[&str], rows: &[Vec<Cell>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let headings = headings.iter();
    let head: String = headings
        .map(|heading| format!("<th>{}</th>", escaped(heading)))
        .collect();
    let body: String = rows.iter().map(|cells| row(cells)).collect();
    format!(
        "<div class=\"scroll\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n\
         </table></div>\n"
    )
}

fn row(cells: &[Cell]) -> String {
    let cells: String = cells
        .iter()
        .map(|(text, class)| match class.is_empty() {
            true => format!("<td>{}</td>", escaped(text)),
            false => format!("<td class=\"{class}\">{}</td>", escaped(text)),
        })
        .collect();
    format!("<tr>{cells}</tr>\n")
}

/// A list; nothing where it is empty.
pub(super) fn list(items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let items: String = items
        .iter()
        .map(|item| format!("<li>{}</li>\n", escaped(item)))
        .collect();
    format!("<ul>\n{items}</ul>\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        let text = "<b title=\"x\">'&'</b>\u{7}";
        let safe = "&lt;b title=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/b&gt; ";
        assert_eq!(escaped(text), safe);
        assert!(table(&["A"], &[vec![cell("<td>")]]).contains("<td>&lt;td&gt;</td>"));
        assert!(list(&["<li>".to_owned()]).contains("<li>&lt;li&gt;</li>"));
    }

    #[test]
    fn what_is_empty_is_left_out() {
        assert_eq!(section("Users", &table(&["A"], &[])), "");
        assert_eq!(list(&[]), "");
    }
}
