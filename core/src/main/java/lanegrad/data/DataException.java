package lanegrad.data;

/// A file of data, or of a model, cannot be used. The message is a sentence with the file, the line and column where
/// there is one, the rule that was broken, and mostly what to do.
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// The sentence.
    public DataException(String message) {
        super(message);
    }

    /// The sentence, and the failure of the file system below it.
    public DataException(String message, Throwable cause) {
        super(message, cause);
    }
}
