using System.Text;

namespace Microsoft.ML.Alignment.Data;

/// <summary>Reads lines as <see cref="TextReader.ReadLine"/> does, but never holds one that is longer than allowed.</summary>
/// <param name="reader">Where the text comes from; the caller's.</param>
/// <param name="maxLength">The longest line, in UTF-16 characters.</param>
internal sealed class LineReader(TextReader reader, int maxLength)
{
    private readonly char[] _buffer = new char[1 << 14];
    private readonly StringBuilder _line = new();
    private int _at;
    private int _end;
    private bool _afterReturn;

    /// <summary>The next line without its end; null behind the last.</summary>
    /// <exception cref="LineTooLongException">It is longer than allowed.</exception>
    public string? Next()
    {
        _line.Clear();
        while (Fill())
        {
            if (SkipRestOfEnd())
                continue;
            var rest = _buffer.AsSpan(_at.._end);
            var length = rest.IndexOfAny('\r', '\n');
            Append(length < 0 ? rest : rest[..length]);
            _at = length < 0 ? _end : _at + length + 1;
            if (length < 0)
                continue;
            _afterReturn = rest[length] == '\r';
            return _line.ToString();
        }

        return _line.Length > 0 ? _line.ToString() : null;
    }

    // The end \r\n may be cut by the end of the buffer.
    private bool SkipRestOfEnd()
    {
        var skips = _afterReturn && _buffer[_at] == '\n';
        _afterReturn = false;
        if (skips)
            _at++;
        return skips;
    }

    private void Append(ReadOnlySpan<char> part)
    {
        if (part.Length > maxLength - _line.Length)
            throw new LineTooLongException();
        _line.Append(part);
    }

    private bool Fill()
    {
        if (_at == _end)
            (_at, _end) = (0, reader.Read(_buffer, 0, _buffer.Length));
        return _end > 0;
    }
}

/// <summary>A line is longer than allowed.</summary>
internal sealed class LineTooLongException : Exception;
