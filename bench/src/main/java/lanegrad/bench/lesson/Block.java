package lanegrad.bench.lesson;

import java.util.List;

/// What a page is made of, in order. Text has two marks: `` `code` `` and `*stressed*`.
sealed interface Block {
    /// Begins a section of a chapter.
    record Heading(String text) implements Block {
    }

    /// A paragraph.
    record Prose(String text) implements Block {
    }

    /// A formula on a line of its own.
    record Formula(String text) implements Block {
    }

    /// A list.
    record Points(List<String> items) implements Block {
    }

    /// Source that ran, and what it printed.
    ///
    /// @param name the method that ran
    /// @param timed whether what it printed has times in it, which differ from run to run
    record Code(String name, String source, String output, boolean timed) implements Block {
    }

    /// Rows under a header; a column whose cells are numbers is set flush right.
    ///
    /// @param timed whether it has times in it, which differ from run to run
    record Table(String caption, List<String> header, List<List<String>> rows, boolean timed) implements Block {
    }

    /// A picture or chart with a caption.
    record Drawing(String id, Figure figure, String caption) implements Block {
    }

    /// A question whose answer is folded beneath it.
    record Question(String question, String answer) implements Block {
    }

    /// One thing to try: a command, and what to look for.
    record Try(String command, String why) implements Block {
    }
}
